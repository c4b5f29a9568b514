"""Read the tables and code blocks of docs/protocol.md."""

from __future__ import annotations

import re

from tests.support.contract.documents import DOCS

TEXT = (DOCS / "protocol.md").read_text()

SERVER = "https://hooks.example.com"
UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
REQUEST_ID = "0199a3c4-2b10-7c3e-9d51-6f0f3f6b7a10"
"""Placeholders in the code blocks, which a reader replaces."""

_CODE = re.compile(r"```(.*?)\n(.*?)```", re.DOTALL)


def code(info: str) -> str:
    """Return the only code block with that info string."""
    [found] = [text for marked, text in _CODE.findall(TEXT) if marked == info]
    return str(found)


def snippet(info: str, url: str, uuid: str) -> str:
    """Return a code block for the given server and callback."""
    replaced = code(info).replace(SERVER, url).replace(UUID, uuid)
    return replaced.replace(SERVER.replace("http", "ws", 1), url.replace("http", "ws", 1))


def table(*head: str) -> list[list[str]]:
    """Return all rows of the tables that have those columns."""
    rows: list[list[str]] = []
    is_wanted = False
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if not line.startswith("|"):
            is_wanted = False
        elif is_wanted:
            rows.append(cells)
        else:
            is_wanted = cells == list(head)
    return [cells for cells in rows if set(cells[0]) != {"-", "|"}]


def code_spans(cell: str) -> list[str]:
    """Return the code spans of a cell."""
    return re.findall("`(.*?)`", cell)
