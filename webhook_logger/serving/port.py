"""Bind the server's port, alone or together with the other workers of one supervisor."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TypeVar

from webhook_logger.serving.sockets import Socket

Bound = TypeVar("Bound", bound=socket.socket)


class ServingError(Exception):
    """The server cannot start. The message is for the operator."""


def bind(make: Callable[[int], Bound], host: str, port: int, is_shared: bool = False) -> Bound:
    """Return a socket that is bound and does not listen yet; `make` makes it for an address family.

    Its port can be shared only with sockets of the same user that are shared, too; the kernel then
    distributes connections among those that listen. Raises `ServingError`.
    """
    try:
        sock = make(socket.AF_INET6 if ":" in host else socket.AF_INET)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if ":" in host:  # "::" also accepts IPv4, regardless of the system's default
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind((host, port))
    except OSError as error:
        raise cannot_listen(host, port, error) from None
    return sock


def cannot_listen(host: str, port: int, error: OSError) -> ServingError:
    """Return the error for the operator."""
    return ServingError(
        f"Cannot listen on {host}, port {port}: {error.strerror or error}. Set HOST to an address "
        "of this machine, and PORT to a free port."
    )


def url_of(sock: Socket) -> str:
    """Return the URL of a listening socket that a browser on this machine can open."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
