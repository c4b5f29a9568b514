"""Claims of the role of responder are sent again only while another viewer may give it up."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from webhook_logger.client.stream.claims import Claims


@pytest.mark.parametrize(("reason", "claims"), [("responder_taken", 2), ("replies_off", 1)])
def test_a_claim_is_sent_again_unless_all_are_refused(reason: str, claims: int) -> None:
    connection = Mock()
    sent = Claims({"uuid": "u"}, mailbox := Mock(), True)
    sent.claim(connection)
    on_result = connection.ask.call_args.args[2]
    on_result({"ok": False, "error": "Why.", "reason": reason})
    sent.retry(connection)
    assert connection.ask.call_count == claims
    assert [call.args[0].reason for call in mailbox.put.call_args_list] == ["Why."]
