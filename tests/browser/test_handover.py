"""Pages behind nginx while every worker restarts under load."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.embedding import events, live, until_reported
from tests.browser.waiting import until_true
from tests.chaos.load import Load
from tests.support.processes import PATIENT_WORKER, Nginx, Redis, Server
from tests.support.sender import post

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

# Record each entry of the page's list, and each change of its link and of the number of viewers.
RECORD = """() => {
  const { store } = document.querySelector("webhook-page");
  window.seqs = []; window.notices = []; window.states = []; window.counts = [];
  store.entryAdded = ({ kind, request }) => request ? seqs.push(request.seq) : notices.push(kind);
  const note = (list, value) => list.at(-1) === value || list.push(value);
  store.subscribe(() => {
    note(states, store.snapshot.link.state);
    note(counts, store.snapshot.viewers);
  });
}"""


def test_pages_miss_nothing_and_stay_live_while_every_worker_restarts(
    redis: Redis, uuid: str, open_page: Open, visit: Open
) -> None:
    settings = {"REDIS_URL": redis.url}
    with Server(PATIENT_WORKER, **settings) as one, Server(PATIENT_WORKER, **settings) as two:
        with Nginx(one.until_ready(), two.until_ready()) as nginx:
            page = open_page(nginx, f"/view/{uuid}")
            host = visit(one, f'<webhook-log src="{nginx.url}/{uuid}"></webhook-log>')
            live(host)
            expect(page.get_by_text("2 viewers")).to_be_visible()
            page.evaluate(RECORD)
            load = Load(nginx.address, uuid)
            with load.running(senders=2, per_second=50):
                for worker in (one, two):  # each page is connected to one of them
                    worker.end()
                    worker.start()
                    worker.until_ready()
            assert load.accepted > 0
            assert load.unknown == 0
            last = load.accepted + 1
            assert post(nginx.address, f"/{uuid}").headers["webhook-viewers"] == "2"
            until_true(page, f"seqs.at(-1) === {last}")
            until_reported(host, "request", last)
            assert page.evaluate("seqs") == list(range(1, last + 1))
            assert page.evaluate("[notices, states]") == [[], ["live"]]
            until_true(page, "counts.at(-1) === 2")
            requests = events(host, "request")
            assert [each["seq"] for each in requests] == page.evaluate("seqs")
            assert events(host, "gap", "recovered", "refused") == []
            assert [each["state"] for each in events(host, "link")] == ["connecting", "live"]
            responded = [each["seq"] for each in events(host, "responded")]
            assert len(responded) == len(set(responded))
