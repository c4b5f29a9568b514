"""The rules of paths, for the access log: a rule contains nothing from the path itself."""

from __future__ import annotations

from urllib.parse import unquote

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, MapAdapter, Rule

SOCKETIO_PATH = "/socket.io/"
OTHER = "other"


class PathRules:
    """Finds the rule of a request target, such as `/api/callbacks/<uuid>/reply`."""

    def __init__(self, url_map: Map, prefix: str) -> None:
        self._adapter: MapAdapter = url_map.bind("localhost")
        self._prefix = prefix

    def __call__(self, target: str) -> tuple[str, str]:
        """Return the rule, and the UUID of a request to a callback, else the empty string."""
        path = unquote(target.partition("?")[0])
        inside = path[len(self._prefix) :]
        if not path.startswith(self._prefix + "/") or inside.startswith("//"):
            return OTHER, ""
        path = inside
        if path.startswith(SOCKETIO_PATH):
            return SOCKETIO_PATH, ""
        try:
            rule, values = self._match(path)
        except HTTPException:
            return OTHER, ""
        if rule.endpoint == "callback":
            return "callback", values["uuid"]
        return rule.rule.replace("<uuid:", "<").replace("<path:", "<"), ""

    def _match(self, path: str) -> tuple[Rule, dict[str, str]]:
        try:
            rule, values = self._adapter.match(path, return_rule=True)
        except MethodNotAllowed as error:
            method = next(iter(error.valid_methods or ("GET",)))
            rule, values = self._adapter.match(path, method, return_rule=True)
        return rule, {name: str(value) for name, value in values.items()}
