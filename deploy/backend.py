"""The build backend: setuptools, which also needs mypy if WEBHOOK_LOGGER_COMPILE=1 asks for a wheel
with compiled modules.
"""

from __future__ import annotations

import os
from typing import Any

from setuptools.build_meta import *  # noqa: F403  # the other hooks

COMPILER = "mypy==2.4.1"


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """Return the packages that a build needs, besides those of pyproject.toml."""
    return [COMPILER] if os.environ.get("WEBHOOK_LOGGER_COMPILE") == "1" else []


# setup.py needs it in each of these steps.
get_requires_for_build_sdist = get_requires_for_build_editable = get_requires_for_build_wheel
