"""The upper bound: `eventlet.wsgi` alone, with an empty 200 for every request."""

import eventlet

eventlet.monkey_patch()

import sys
from collections.abc import Callable
from typing import Any

from eventlet import wsgi


def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Read the body and return 200."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]


if __name__ == "__main__":
    listener = eventlet.listen(("127.0.0.1", int(sys.argv[1])), backlog=4096, reuse_port=False)
    wsgi.server(listener, respond, log_output=False, debug=False)
