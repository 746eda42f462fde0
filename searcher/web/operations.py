"""What whoever runs the server asks: is it alive, is it ready."""

from __future__ import annotations

from flask import Response

from index.engine import Engine, check_ready
from searcher.output.as_json import json_text

_UNCACHED = {"Cache-Control": "no-store"}


def health() -> Response:
    """That the process answers."""
    return Response("ok\n", mimetype="text/plain", headers=_UNCACHED)


def readiness(engine: Engine) -> Response:
    """That searches can be answered now. Raises what the engine raises (EngineError)."""
    status = check_ready(engine)
    ready = {"status": "ready", "generation": status.generation, "documents": status.documents}
    return Response(json_text(ready), mimetype="application/json", headers=_UNCACHED)
