"""Make bills of materials reproducible, and name the release that they describe.

    python -m deploy.sbom FILE…

Replaces the time and the random number that the tools write, and the name in package.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from webhook_logger import __version__


def main(files: list[str]) -> None:
    """Rewrite each file."""
    for name in files:
        path = Path(name)
        bom = json.loads(path.read_text(encoding="utf-8"))
        bom["metadata"].pop("timestamp", None)
        component = {"type": "application", "name": "webhook-logger", "version": __version__}
        bom["metadata"]["component"] |= component
        bom["metadata"]["component"].pop("purl", None)  # npm has no package of package.json's name
        bom["serialNumber"] = ""
        bom["serialNumber"] = uuid5(NAMESPACE_URL, json.dumps(bom)).urn
        path.write_text(json.dumps(bom, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
