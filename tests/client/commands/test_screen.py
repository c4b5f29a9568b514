"""What commands write: nothing of it does anything on the terminal."""

from __future__ import annotations

import pytest

from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.http import HttpResponse
from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.relay.target import Target


def test_what_a_server_says_of_a_response_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = ForwardOutcome(
        Target.at("localhost:3000"), HttpResponse(200, (), b""), seconds=1, tries=1
    )
    Screen().outcome("#1 POST /", outcome, "not sent: \x1b[31mno [b]markup[/b]")
    assert r"not sent: \x1b[31mno [b]markup[/b]" in capsys.readouterr().out
