"""The rows of the view."""

from __future__ import annotations

from tests.client.tui.samples import outcome, sample
from webhook_logger.client.filters import Filter
from webhook_logger.client.stream.events import Responded
from webhook_logger.client.tui.history import (
    MAX_OUTCOME_BYTES,
    MAX_OUTCOMES,
    NoteRow,
    RequestRow,
    RowHistory,
    SeenOutcome,
)


def shown(history: RowHistory) -> list[int | str]:
    """Return the `seq` of each request and the text of each note."""
    return [row.text if isinstance(row, NoteRow) else row.request.seq for row in history.rows()]


def row_of(history: RowHistory) -> RequestRow:
    [row] = history.rows()
    assert isinstance(row, RequestRow)
    return row


def test_the_oldest_rows_are_dropped_and_counted() -> None:
    history = RowHistory(max_requests=3, max_bytes=500, max_rows=5)
    for seq in range(1, 6):
        history.add_request(sample(seq))
    assert shown(history) == [3, 4, 5]
    assert history.dropped == 2
    history.add_request(sample(6, b"x" * 500))
    assert shown(history) == [6], "one request over the limit stays"
    for number in range(9):
        history.add_note(f"note {number}")
    assert shown(history) == [f"note {number}" for number in range(4, 9)]
    assert (history.count, history.dropped) == (0, 6)


def test_gaps_and_notes_keep_their_place_under_a_filter() -> None:
    history = RowHistory()
    history.add_request(sample(1, method="PUT"))
    history.add_note("2 missed", is_gap=True)
    history.add_request(sample(2))
    history.set_filter(Filter("method:put"))
    history.add_request(sample(3, method="PUT"))
    history.add_request(sample(4))
    assert shown(history) == [1, "2 missed", 3]
    history.set_filter(None)
    assert shown(history) == [1, "2 missed", 2, 3, 4]


def test_a_filter_by_status_follows_the_response() -> None:
    history = RowHistory()
    history.set_filter(Filter("status:404"))
    history.add_request(sample())
    assert shown(history) == []
    history.set_responded(Responded("first", 1, 404, "reply"))
    assert shown(history) == [1]


def test_outcomes_are_bounded() -> None:
    history = RowHistory()
    history.add_request(sample())
    body = b"x" * (MAX_OUTCOME_BYTES + 1)
    for status in range(200, 200 + MAX_OUTCOMES + 5):
        history.add_outcome(sample(), SeenOutcome.of(outcome(status, body), ""))
    kept = row_of(history).outcomes
    assert len(kept) == MAX_OUTCOMES
    response = kept[-1].outcome.response
    assert response
    assert response.status == 200 + MAX_OUTCOMES + 4
    assert (len(response.body), kept[-1].body_size) == (MAX_OUTCOME_BYTES, MAX_OUTCOME_BYTES + 1)
    history.add_outcome(sample(9), SeenOutcome.of(outcome(200), ""))  # its row was dropped
