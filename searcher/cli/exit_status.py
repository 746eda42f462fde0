"""The exit statuses of the command, and which error ends in which."""

from __future__ import annotations

NOTHING_FOUND = 1
USAGE_ERROR = 2
UNUSABLE_DATA = 3
PARTLY_DONE = 4
INTERRUPTED = 130

# Errors that explain themselves, with all their kinds. By name: most of their modules are not loaded.
_STATUS = {
    "crawl.fetching.addresses.BadNetwork": USAGE_ERROR,
    "crawl.archive.database.ArchiveError": UNUSABLE_DATA,
    "crawl.extraction.selectors.BadSelector": USAGE_ERROR,
    "crawl.datafolder.folder.ConfigError": USAGE_ERROR,
    "crawl.datafolder.folder.DataFolderError": UNUSABLE_DATA,
    "crawl.datafolder.folder.Locked": UNUSABLE_DATA,
    "crawl.frontier.database.FrontierError": UNUSABLE_DATA,
    "crawl.sources.probing.probe.CannotAdd": USAGE_ERROR,
    "crawl.sources.source.SourcesError": USAGE_ERROR,
    "crawl.sources.source.UnknownSource": USAGE_ERROR,
    "index.engine.EngineError": UNUSABLE_DATA,
    "index.reprints.groups.GroupsError": UNUSABLE_DATA,
    "searcher.querylang.lexer.QuerySyntaxError": USAGE_ERROR,
    "searcher.results.lookup.NoSuchArticle": NOTHING_FOUND,
    "searcher.results.lookup.SeveralArticles": USAGE_ERROR,
    "searcher.results.request.RequestError": USAGE_ERROR,
    "searcher.output.streams.OutputError": UNUSABLE_DATA,
    "searcher.web.server.CannotServe": USAGE_ERROR,
}


def status_of(error: Exception) -> int | None:
    """The exit status for an error that explains itself; None for one that is a defect of ours."""
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return next((_STATUS[name] for name in names if name in _STATUS), None)
