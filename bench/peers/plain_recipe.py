"""The plain recipe: a Flask view and `socketio.emit`, as Flask-SocketIO's documentation shows.

Only `max_size` differs: eventlet's default of 1,024 connections is too low for the scenarios.
"""

import eventlet

eventlet.monkey_patch()

import os
import resource
import sys

from flask import Flask, request
from flask_socketio import SocketIO, join_room

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

app = Flask(__name__)
socketio = SocketIO(app, message_queue=os.environ["REDIS_URL"], cors_allowed_origins="*")


@socketio.on("join")
def join(payload: dict[str, str]) -> dict[str, bool]:
    """Add a viewer to the room of its callback."""
    join_room(payload["uuid"])
    return {"ok": True}


@app.route("/<uuid:callback>", methods=METHODS)
@app.route("/<uuid:callback>/<path:rest>", methods=METHODS)
def receive(callback: object, rest: str = "") -> str:
    """Emit the request to the room of its callback."""
    event = {
        "method": request.method,
        "path": request.path,
        "query_string": request.query_string.decode(),
        "remote_addr": request.remote_addr,
        "headers": list(request.headers.items()),
        "body": request.get_data(as_text=True),
    }
    socketio.emit("request", event, to=str(callback))
    return ""


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    socketio.run(app, port=int(sys.argv[1]), max_size=100_000, log_output=False)
