"""The report of a crawl as it is read: lines or a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from crawl.crawler.report import CrawlReport, Reasons, SourceReport, explained
from crawl.messages import format_number, ngettext, printable
from crawl.messages import gettext as _


def report_json(report: CrawlReport) -> str:
    """The report as one line of JSON in ASCII, which is safe wherever it is printed; see the README for its keys."""
    sources = {
        source.source: {
            "fetched": source.fetched,
            "found": source.found,
            "new": source.new,
            "changed": source.changed,
            "unchanged": source.unchanged,
            "vanished": source.vanished,
            "failed": dict(source.failed),
            "left_out": dict(source.rejected),
            "examples": dict(source.examples),
            "silent": source.is_silent,
        }
        for source in report.sources
    }
    return json.dumps({"schema": 1, "interrupted": report.interrupted, "sources": sources})


def report_text(report: CrawlReport, *, dry_run: bool = False, as_table: bool = False) -> str:
    """One line a newspaper, or a table; then why pages failed or were left out, and who is silent."""
    lines: list[str] = []
    if as_table:
        lines += aligned(_report_rows(report), numbers=True)
    for source in report.sources:
        reasons = [
            *_reason_lines(_("failed"), source.failed, dict(source.examples)),
            *_reason_lines(_("left out"), source.rejected, dict(source.examples)),
        ]
        if not as_table:
            lines.append(_source_line(source, dry_run=dry_run))
        elif reasons:
            lines += ["", source.source]
        lines += reasons
    silent = [source.source for source in report.sources if source.is_silent]
    if silent:
        lines.append(_("silent: {names}").format(names=", ".join(silent)))
    return printable("\n".join(lines))


def _report_rows(report: CrawlReport) -> Iterator[tuple[str, ...]]:
    """The numbers of every newspaper below their names, the sums last where there are several."""
    names = (_("newspaper"), _("pages"), _("new"), _("changed"), _("unchanged"), _("failed"), _("left out"))
    rows = [
        (
            source.fetched,
            source.new,
            source.changed,
            source.unchanged,
            sum(count for _key, count in source.failed),
            sum(count for _key, count in source.rejected),
        )
        for source in report.sources
    ]
    yield names
    for source, row in zip(report.sources, rows, strict=True):
        yield (source.source, *map(format_number, row))
    if len(rows) > 1:
        yield (_("together"), *(format_number(sum(column)) for column in zip(*rows, strict=True)))


def _reason_lines(label: str, reasons: Reasons, examples: dict[str, str]) -> Iterator[str]:
    """How often each reason occurred, and below it what was said the first time."""
    for key, count in reasons:
        yield f"  {label}: {explained(key)} ×{format_number(count)}"
        if key in examples:
            yield f"    {' '.join(examples[key].split())}"


def _source_line(source: SourceReport, *, dry_run: bool) -> str:
    if dry_run:
        return ngettext(
            "{name}: {found} new address found, nothing stored",
            "{name}: {found} new addresses found, nothing stored",
            source.found,
        ).format(name=source.source, found=format_number(source.found))
    return ngettext(
        "{name}: {fetched} page; articles: {new} new, {changed} changed, {unchanged} unchanged",
        "{name}: {fetched} pages; articles: {new} new, {changed} changed, {unchanged} unchanged",
        source.fetched,
    ).format(
        name=source.source,
        fetched=format_number(source.fetched),
        new=format_number(source.new),
        changed=format_number(source.changed),
        unchanged=format_number(source.unchanged),
    )


def aligned(rows: Iterable[tuple[str, ...]], *, numbers: bool = False) -> Iterator[str]:
    """The rows with their cells below one another; `numbers`, in all columns but the first, end below one another."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        padded = [name.ljust(widths[0])]
        for cell, width in zip(cells, widths[1:], strict=True):
            padded.append(cell.rjust(width) if numbers else cell.ljust(width))
        yield "  ".join(padded).rstrip()
