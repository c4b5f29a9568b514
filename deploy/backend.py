"""The build backend: setuptools, with two additions.

If WEBHOOK_LOGGER_COMPILE=1 asks for a wheel with compiled modules, a build also needs mypy. If
SOURCE_DATE_EPOCH is set, the same files give the same sdist; setuptools does so for wheels only.
"""

from __future__ import annotations

import gzip
import os
import tarfile
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403  # the other hooks

COMPILER = "mypy==2.4.1"


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """Return the packages that a build needs, besides those of pyproject.toml."""
    return [COMPILER] if os.environ.get("WEBHOOK_LOGGER_COMPILE") == "1" else []


# setup.py needs it in each of these steps.
get_requires_for_build_sdist = get_requires_for_build_editable = get_requires_for_build_wheel


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    """Build the sdist. Replace its times, owners and permissions, which depend on the machine."""
    name = str(build_meta.build_sdist(sdist_directory, config_settings))
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        _make_reproducible(Path(sdist_directory, name), int(epoch))
    return name


def _make_reproducible(path: Path, epoch: int) -> None:
    built = path.with_suffix(".built")
    path.rename(built)
    with (
        tarfile.open(built) as source,
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=epoch) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as target,
    ):
        for member in sorted(source, key=lambda member: member.name):
            member.mtime, member.pax_headers = epoch, {}
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            target.addfile(member, source.extractfile(member) if member.isfile() else None)
    built.unlink()
