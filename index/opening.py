"""From a locator to the engine that it names."""

from __future__ import annotations

from pathlib import Path

from crawl.messages import gettext as _
from index.engine import Engine, EngineUnavailable


def open_engine(locator: str) -> Engine:
    """The engine that `locator` names: `whoosh:PATH`.

    Opening costs nothing and does not require that an index exists. Raises EngineUnavailable for
    a locator that no engine understands.
    """
    kind, separator, rest = locator.partition(":")
    if kind == "whoosh" and separator and rest:
        from index.embedded.adapter import WhooshEngine  # whoever uses another engine never loads it

        return WhooshEngine(Path(rest))
    raise EngineUnavailable(
        locator, _("no engine understands {locator}. Use whoosh:PATH").format(locator=repr(locator))
    )
