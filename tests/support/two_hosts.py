"""deploy/nginx/authenticated.conf in front of a worker: open callbacks, a log-in for the rest."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack

from tests.support.processes import Nginx, Server, free_port

USER, PASSWORD = "ada", "s3cret/@:#"
ESCAPED = "s3cret%2F%40%3A%23"


class TwoHosts:
    """A context manager; the names must lead to 127.0.0.1."""

    def __init__(self, callbacks: str, dashboard: str) -> None:
        self._names = {"hooks.example.net": callbacks, "webhooks.example.com": dashboard}
        port = free_port()
        self.authorities = (f"{callbacks}:{port}", f"{dashboard}:{port}")
        self.callbacks, self.dashboard = (f"http://{each}" for each in self.authorities)
        self.url = f"http://{USER}:{ESCAPED}@{self.authorities[1]}"
        """The dashboard, with the user and the password."""
        self.server = Server(
            CALLBACK_URL=self.callbacks,
            DASHBOARD_URL=self.dashboard,
            BALANCER_HEADERS="webhook-logger",
        )
        self._port = port
        self._stack = ExitStack()

    def __enter__(self) -> TwoHosts:
        server = self._stack.enter_context(self.server)
        nginx = Nginx(server, conf="authenticated.conf", port=self._port)
        text = nginx.conf.read_text()
        for name, used in self._names.items():
            assert f"server_name {name};" in text
            text = text.replace(f"server_name {name};", f"server_name {used};")
        nginx.conf.write_text(text)
        # As the comment in the configuration describes it
        hashed = subprocess.run(
            ["openssl", "passwd", "-apr1", "-stdin"],
            input=PASSWORD,
            capture_output=True,
            text=True,
            check=True,
        )
        nginx.folder.chmod(0o755)  # nginx reads it as another user
        (nginx.folder / "webhook-logger.htpasswd").write_text(f"{USER}:{hashed.stdout}")
        self._stack.enter_context(nginx)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
