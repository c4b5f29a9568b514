"""Start HAProxy and Caddy with the configurations of deploy/, in front of real workers."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
from pathlib import Path

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import ROOT, Server, free_port

SBIN = "/usr/sbin"


def find(program: str) -> str | None:
    """Return the path of a program, also if a user's PATH lacks the system's programs."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:{SBIN}")


class Balancer:
    """A process that forwards to workers, with its files in a temporary folder."""

    tls: ssl.SSLContext | None = None

    def __init__(self) -> None:
        self.port = free_port()
        self._folder = tempfile.TemporaryDirectory()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        return Path(self._folder.name)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        """Write the configuration, and return the command that starts the process."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)

    def _accepts(self) -> bool:
        try:
            self.connect().close()
        except OSError:
            return False
        return True

    def __enter__(self) -> Balancer:
        environment = {**os.environ, **self.environment()}
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                self.command(), env=environment, stdout=log, stderr=log
            )
        eventually(self._accepts)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)
        self._folder.cleanup()


class HAProxy(Balancer):
    """HAProxy with deploy/haproxy, in front of two workers."""

    def __init__(self, first: Server, second: Server) -> None:
        super().__init__()
        text = (ROOT / "deploy/haproxy/haproxy.cfg").read_text()
        # Replace only the ports, which two instances on one machine cannot share.
        text = text.replace("bind :8080", f"bind 127.0.0.1:{self.port}")
        text = text.replace("127.0.0.1:8001", first.authority)
        self._text = text.replace("127.0.0.1:8002", second.authority)

    def command(self) -> list[str]:
        file = self.folder / "haproxy.cfg"
        file.write_text(self._text)
        return [find("haproxy") or "", "-db", "-f", str(file)]


class Caddy(Balancer):
    """Caddy with deploy/caddy, in front of one worker, with a certificate that it makes itself."""

    def __init__(self, worker: Server) -> None:
        super().__init__()
        self._worker = worker

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        host, port = self._worker.address
        ports = {"HTTPS_PORT": str(self.port), "HTTP_PORT": str(free_port())}
        workers = {"WORKERS_HOST": host, "WORKERS_PORT": str(port)}
        folders = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(self.folder))
        return {"DOMAIN": "localhost", **ports, **workers, **folders}

    def command(self) -> list[str]:
        file = str(ROOT / "deploy/caddy/Caddyfile")
        return [find("caddy") or "", "run", "--adapter", "caddyfile", "--config", file]

    def connect(self) -> socket.socket:
        authority = self.folder / "caddy/pki/authorities/local/root.crt"
        if not authority.exists():
            raise ConnectionError("Caddy has not made its certificates yet")
        self.tls = ssl.create_default_context(cafile=str(authority))
        return self.tls.wrap_socket(super().connect(), server_hostname="localhost")
