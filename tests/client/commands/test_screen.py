"""Output of commands cannot control the terminal."""

from __future__ import annotations

import pytest

from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.http import HttpResponse
from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.relay.target import Target


def test_text_from_a_server_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = ForwardOutcome(
        Target.at("localhost:3000"), HttpResponse(200, (), b""), seconds=1, attempts=1
    )
    Screen().outcome("#1 POST /", outcome, "not sent: \x1b[31mno [b]markup[/b]")
    assert r"not sent: \x1b[31mno [b]markup[/b]" in capsys.readouterr().out
