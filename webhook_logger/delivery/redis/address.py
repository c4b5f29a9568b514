"""The address of the queue: its URL, and the settings that complete it. It makes connections."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Any

from webhook_logger.delivery.redis.redis_py import unopened
from webhook_logger.queue_url import Host, Kind, QueueUrl


class AddressError(ValueError):
    """The settings of the queue contradict each other. The message is for the operator."""


@dataclass(frozen=True)
class Credentials:
    """A user and a password of Redis or of Sentinel; both may be missing."""

    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class TlsFiles:
    """The files of TLS: certificates that the server trusts, its own certificate and its key."""

    ca: str | None = None
    certificate: str | None = None
    key: str | None = None

    def check(self) -> None:
        """Raise `AddressError` if a file cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        name = "REDIS_CA_FILE"
        try:
            if self.ca:
                context.load_verify_locations(self.ca)
            name = "REDIS_CERT_FILE" if not self.key else "REDIS_CERT_FILE or REDIS_KEY_FILE"
            if self.certificate:
                # The empty password keeps OpenSSL from asking for one at the terminal.
                context.load_cert_chain(self.certificate, self.key, password="")
        except ssl.SSLError as error:
            text = f"The file of {name} is not a valid PEM file: {error.reason}."
            raise AddressError(text) from None
        except OSError as error:
            raise AddressError(f"The file of {name} cannot be read: {error.strerror}.") from None


@dataclass(frozen=True)
class QueueAddress:
    """Where the queue is, and how to connect to it."""

    url: QueueUrl
    credentials: Credentials = Credentials()
    sentinel_credentials: Credentials = Credentials()
    tls: TlsFiles = TlsFiles()
    seconds: float = 2.0
    """The timeout of each step of a connection."""

    @classmethod
    def parse(cls, text: str, seconds: float = 2.0) -> QueueAddress:
        """Return the address that a URL alone describes. Raises `ValueError`."""
        url = QueueUrl.parse(text)
        return cls(url, Credentials(url.username, url.password), seconds=seconds)

    @property
    def kind(self) -> Kind:
        """Return the kind of set-up."""
        return self.url.kind

    @property
    def hosts(self) -> tuple[Host, ...]:
        """Return the hosts of the URL: of the Redis, of Sentinels or of nodes."""
        return self.url.hosts

    def connect(self, name: str = "") -> Any:
        """Return a connection of redis-py to the one Redis of the URL. It is not open yet."""
        return self.connect_to(self.hosts[0] if self.hosts else self.url.path, name)

    def connect_to(self, place: Host | str, name: str = "") -> Any:
        """Return the same for the Redis at that host or Unix socket. Redis lists the connection
        under its name if the user may set one.
        """
        return unopened(
            place,
            name,
            self.seconds,
            self._tls,
            db=self.url.db,
            username=self.credentials.username,
            password=self.credentials.password,
        )

    def connect_to_sentinel(self, place: Host, name: str = "") -> Any:
        """Return the same for a Sentinel, which has its own users."""
        own = self.sentinel_credentials
        users = {"username": own.username, "password": own.password}
        return unopened(place, name, self.seconds, self._tls, **users)

    @property
    def _tls(self) -> dict[str, str | None] | None:
        if not self.url.has_tls:
            return None
        files = self.tls
        return {
            "ssl_ca_certs": files.ca,
            "ssl_certfile": files.certificate,
            "ssl_keyfile": files.key,
        }


def queue_address(
    text: str,
    seconds: float,
    credentials: Credentials,
    sentinel_credentials: Credentials,
    tls: TlsFiles,
) -> QueueAddress:
    """Return the address that the settings describe. Raises `AddressError`."""
    url = QueueUrl.parse(text)
    for word in ("username", "password"):
        if getattr(url, word) and getattr(credentials, word):
            raise AddressError(f"REDIS_URL has a {word}, and so has REDIS_{word.upper()}. Use one.")
    if sentinel_credentials != Credentials() and url.kind is not Kind.SENTINEL:
        raise AddressError("REDIS_SENTINEL_… needs a REDIS_URL with redis+sentinel://.")
    if tls != TlsFiles() and not url.has_tls:
        raise AddressError(
            "REDIS_CA_FILE, REDIS_CERT_FILE and REDIS_KEY_FILE need a REDIS_URL with TLS, such as "
            "rediss://. Otherwise the connection would not be encrypted."
        )
    if tls.key and not tls.certificate:
        raise AddressError("REDIS_KEY_FILE needs REDIS_CERT_FILE, the certificate of that key.")
    tls.check()
    own = Credentials(credentials.username or url.username, credentials.password or url.password)
    return QueueAddress(url, own, sentinel_credentials, tls, seconds)
