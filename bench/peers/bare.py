"""The ceiling: bare `eventlet.wsgi` that responds to every request with an empty 200."""

import eventlet

eventlet.monkey_patch()

import sys
from collections.abc import Callable
from typing import Any

from eventlet import wsgi


def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Read the body, say 200."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]


if __name__ == "__main__":
    listener = eventlet.listen(("127.0.0.1", int(sys.argv[1])), backlog=4096, reuse_port=False)
    wsgi.server(listener, respond, log_output=False, debug=False)
