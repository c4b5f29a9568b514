"""The command that installs an extra: the packages for an optional part of webhook logger."""

from __future__ import annotations

from webhook_logger import __version__


def command(extra: str) -> str:
    """Return the command for the shell.

    Without the version, pip could replace this package by an unrelated one of the same name on
    PyPI. In a checkout that is not installed, pip finds no such version, and changes nothing.
    """
    return f'pip install "webhook-logger[{extra}]=={__version__}"'
