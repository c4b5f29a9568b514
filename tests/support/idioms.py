"""A worker with additional views that use Flask-SocketIO as its documentation shows."""

import eventlet

eventlet.monkey_patch()

import os
import threading
from typing import Any

from flask import request

from config import Config
from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.app import create_app
from webhook_logger.serving.listener import listen
from webhook_logger.serving.server import serve
from webhook_logger.serving.signals import receive_signals

app = create_app(Config.from_environ(os.environ))
socketio = app.extensions["socketio"]


@app.post("/idioms/emit")
def emit() -> dict[str, Any]:
    """Call `socketio.emit` with the arguments of the JSON body."""
    socketio.emit("note", {"n": 1}, **request.get_json())
    return {}


@app.post("/idioms/ask/<sid>")
def ask(sid: str) -> dict[str, Any]:
    """Emit an event to a viewer on any worker and return its acknowledgement."""
    responses: list[Any] = []
    responded = threading.Event()

    def take(*args: Any) -> None:
        responses.extend(args)
        responded.set()

    socketio.emit("question", {}, to=sid, callback=take)
    responded.wait(PATIENCE_SECONDS)
    return {"responses": responses}


@app.post("/idioms/disconnect/<sid>")
def disconnect(sid: str) -> dict[str, Any]:
    socketio.server.disconnect(sid)
    return {}


if __name__ == "__main__":
    listener = listen("127.0.0.1", int(os.environ["PORT"]))
    with receive_signals() as signals:
        print(f"open {listener.url}", flush=True)
        serve(app, listener, signals, 0)
