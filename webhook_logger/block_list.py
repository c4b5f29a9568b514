"""The operator's block list: callbacks and addresses that this server refuses, from a file.

Each line has the UUID of a callback, an IP address or a network, and perhaps a comment after `#`.
The file is read again when it changes. A file with an error does not replace the list in use.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from stat import S_ISREG

from webhook_logger.callbacks import canonical_uuid
from webhook_logger.memo import Memo

CHECK_SECONDS = 1.0
"""Seconds between two checks whether the file has changed."""
MAX_ENTRIES = 100_000
MAX_FILE_BYTES = 16 * 2**20
MAX_LINE_CHARACTERS = 1000
ENTRIES_PER_TURN = 500
"""Other green threads get a turn after this number of lines."""
_MAX_KNOWN, _MAX_ADDRESS_CHARACTERS = 10_000, 64
"""Addresses whose result is cached, and their maximum length."""

log = logging.getLogger(__name__)

Network = IPv4Network | IPv6Network
Stamp = tuple[int, int, int]


class BlockListError(ValueError):
    """The file cannot be read, or has an error. The message names the place."""


class BlockList:
    """One version of the list. A look-up costs the same for any number of entries.

    Networks are sets of numbers: the first bits of their addresses, by the number of these bits.
    """

    def __init__(self, callbacks: Iterable[str] = (), networks: Iterable[Network] = ()) -> None:
        self.callbacks = frozenset(callbacks)
        self._prefixes: dict[int, dict[int, set[int]]] = {4: {}, 6: {}}
        self._size = len(self.callbacks)
        for network in networks:
            by_length = self._prefixes[network.version]
            length = network.max_prefixlen - network.prefixlen
            by_length.setdefault(length, set()).add(int(network.network_address) >> length)
        self._size += sum(len(each) for by in self._prefixes.values() for each in by.values())
        self.has_addresses = any(self._prefixes.values())
        self._known = Memo(self._matches, _MAX_KNOWN, _MAX_ADDRESS_CHARACTERS)

    def __len__(self) -> int:
        return self._size

    def has_address(self, address: str) -> bool:
        """Return whether the address is listed, or is in a network that is listed."""
        return self.has_addresses and self._known[address]

    def _matches(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False  # a Unix socket, or a proxy without the address
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
        number = int(parsed)
        lengths = self._prefixes[parsed.version].items()
        return any(number >> length in prefixes for length, prefixes in lengths)


def parse(lines: Iterable[str]) -> BlockList:
    """Return the list in these lines. Raises `BlockListError` for the first error."""
    callbacks: list[str] = []
    networks: list[Network] = []
    for number, line in enumerate(lines, 1):
        if number % ENTRIES_PER_TURN == 0:
            time.sleep(0)
        entry = line[:MAX_LINE_CHARACTERS].partition("#")[0].strip()
        if not entry:
            continue
        if len(callbacks) + len(networks) >= MAX_ENTRIES:
            raise BlockListError(f"line {number}: the list has more than {MAX_ENTRIES:,} entries")
        try:
            callbacks.append(canonical_uuid(entry))
        except ValueError:
            networks.append(_network(entry, number))
    return BlockList(callbacks, networks)


def _network(entry: str, number: int) -> Network:
    """Return the network, or the address as a network of one. IPv4-mapped ones become IPv4."""
    try:
        network = ip_network(entry)
    except ValueError:
        # Without the entry: a mistyped UUID of an open callback gives access to it.
        raise BlockListError(
            f"line {number}: it must be the UUID of a callback, an IP address, or a network such "
            "as 192.0.2.0/24 whose address has only zeros after its prefix"
        ) from None
    first = network.network_address
    mapped = getattr(first, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < 96:
        return network
    return IPv4Network((mapped, network.prefixlen - 96))


class BlockListFile:
    """The list in use, which follows its file."""

    def __init__(self, path: str) -> None:
        """Read the file. Raises `BlockListError`."""
        self._path = Path(path)
        self._stamp = _stamp(self._path)
        self.list = self._read()
        self._on_change: Callable[[], None] = lambda: None

    def follow(self, on_change: Callable[[], None]) -> None:
        """Read the file again whenever it changes, and then call `on_change`, in a thread."""
        self._on_change = on_change
        threading.Thread(target=self._keep_following, name="block list", daemon=True).start()

    def _keep_following(self) -> None:
        while True:
            time.sleep(CHECK_SECONDS)
            try:
                self.check()
            except Exception:
                log.exception("The block list was not checked.")

    def check(self) -> None:
        """Read the file if it has changed. Keep the list in use if the file has an error."""
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self.list = self._read()
        except BlockListError as error:
            log.error("The block list in use stays unchanged: %s.", error)
            return
        log.info("The block list %s was read: %d entries.", self._path, len(self.list))
        self._on_change()

    def _read(self) -> BlockList:
        try:
            _check_kind(self._path)
            with self._path.open(encoding="utf-8-sig") as file:  # some editors add a mark
                return parse(file)
        except BlockListError as error:
            raise BlockListError(f"{self._path}, {error}") from None
        except UnicodeDecodeError:
            raise BlockListError(f"{self._path} is not UTF-8") from None
        except OSError as error:
            raise BlockListError(f"{self._path} cannot be read: {error.strerror}") from None


def _check_kind(path: Path) -> None:
    """Raise `BlockListError` if reading could stop the worker: a pipe waits for its writer."""
    found = path.stat()
    if not S_ISREG(found.st_mode):
        raise BlockListError("it must be a regular file")
    if found.st_size > MAX_FILE_BYTES:
        raise BlockListError(f"it has more than {MAX_FILE_BYTES:,} bytes")


def _stamp(path: Path) -> Stamp | None:
    """Return values that differ for another content; None without a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
