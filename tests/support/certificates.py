"""Certificates for servers in tests."""

from __future__ import annotations

import subprocess
from pathlib import Path


def self_signed(folder: Path) -> Path:
    """Return a self-signed certificate for localhost, with its key in the same file.

    The file with the suffix `.crt` next to it has the certificate only.
    """
    path = folder / "localhost.pem"
    options = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")
    names = ("-addext", "subjectAltName=DNS:localhost")
    files = ("-keyout", path, "-out", path.with_suffix(".crt"))
    subprocess.run(["openssl", "req", *options, *names, *files], check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path
