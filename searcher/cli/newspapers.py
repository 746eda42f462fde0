"""Newspapers as people name them and as they read their names."""

from __future__ import annotations

from collections.abc import Callable

from crawl.datafolder.folder import Settings


def keys_of(settings: Settings, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of newspapers that were named by key or by title; what is neither stays as it is."""
    if not wanted:
        return ()
    from crawl.sources.registry import load_sources
    from index.text.tokens import analyse_terms
    from index.text.vietnamese import fold

    def spelling(name: str) -> list[str]:
        return [fold(term) for term in analyse_terms(name)]

    known = load_sources(settings.folder.sources)
    keys: list[str] = []
    for name in wanted:
        titled = [source.name for source in known if spelling(source.title) == spelling(name)]
        keys += titled or [name]
    return tuple(keys)


def titles_of(settings: Settings) -> Callable[[str], str]:
    """What gives a newspaper's title for its key; a key nobody knows is its own title."""
    from crawl.sources.registry import load_sources
    from crawl.sources.source import SourcesError

    try:
        titles = {source.name: source.title for source in load_sources(settings.folder.sources)}
    except SourcesError:  # searching and reading go on; whatever needs the file says what is wrong with it
        titles = {}
    return lambda name: titles.get(name, name)
