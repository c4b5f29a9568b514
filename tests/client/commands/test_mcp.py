"""The options of `webhook-logger mcp`."""

from __future__ import annotations

import socket

import pytest
from click.testing import CliRunner

from webhook_logger import extras
from webhook_logger.__main__ import cli
from webhook_logger.client.commands import mcp
from webhook_logger.client.commands.exits import Exit


def test_without_the_package_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp, "find_spec", lambda _: None)
    result = CliRunner().invoke(cli, ["mcp"])
    assert result.exit_code == Exit.USAGE
    assert extras.command("mcp") in result.stderr


def test_bad_options() -> None:
    cases = [
        (["mcp", "ftp://x"], {}, "Not a valid HTTP URL"),
        (["mcp", "--http", "0.0.0.0:8001"], {}, "Set WEBHOOK_LOGGER_MCP_TOKEN"),
        (["mcp", "--http", "0.0.0.0:8001"], {mcp.TOKEN: "short"}, "at least 16 characters"),
        (["mcp", "--http", "localhost"], {}, "a port, or a host and a port"),
        (["mcp", "--http", "99999"], {}, "a port, or a host and a port"),
        (["mcp", "--export-dir", "/does/not/exist"], {}, "does not exist"),
    ]
    for arguments, env, words in cases:
        result = CliRunner().invoke(cli, arguments, env=env)
        assert result.exit_code == Exit.USAGE, (arguments, result.output)
        assert words in result.stderr


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(cli, ["mcp", "--http", str(taken.getsockname()[1])])
    assert result.exit_code == Exit.FAILED
    assert "Address already in use" in result.stderr
