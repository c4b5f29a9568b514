"""The view in memory: what it draws, and what its keys do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine
from typing import Any

from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.client.tui.samples import HOSTILE, FakeActions, outcome, sample
from tests.support import loops
from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.client.display import Check
from webhook_logger.client.stream.events import ConnectionStatus, Responded
from webhook_logger.client.tui.app import ListenApp, ViewEnd
from webhook_logger.client.tui.dialogs import KEYS, Ask, ShowText
from webhook_logger.client.tui.history import RequestRow
from webhook_logger.client.tui.lines import Lines, Note
from webhook_logger.client.tui.request_list import RequestList
from webhook_logger.client.tui.view import View

NAMES = {
    "slash": "/",
    "question_mark": "?",
    "escape": "Esc",
    "ctrl+c": "Ctrl-C",
    "space": "Space",
    "up": "↑",
    "down": "↓",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "enter": "Enter",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}
"""Names of keys in the help, by Textual's."""


class Stage:
    """A view on a screen in memory."""

    def __init__(self, pilot: Pilot[ViewEnd], view: View, actions: FakeActions) -> None:
        self.pilot, self.view, self.actions = pilot, view, actions
        self.app = pilot.app

    @property
    def text(self) -> str:
        """All lines of the list, the details and the notes of the topmost screen."""
        widgets = self.app.screen.query("Note, Lines, RequestList")
        strips = (each.render_line(y) for each in widgets for y in range(each.size.height))
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def list(self) -> RequestList:
        return self.app.screen_stack[0].query_one(RequestList)

    @property
    def seq(self) -> int:
        """The `seq` of the selected request; 0 without one."""
        row = self.list.selected
        return row.request.seq if isinstance(row, RequestRow) else 0

    async def until(self, is_true: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        for _ in range(PATIENCE_SECONDS * 50):
            if is_true():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(self.text)

    async def shows(self, *texts: str) -> None:
        """Wait until the screen shows all these texts."""
        await self.until(lambda: all(text in self.text for text in texts))

    async def press(self, keys: str) -> None:
        """Press these keys, one character each."""
        names = {"/": "slash", "?": "question_mark", ":": "colon"}
        await self.pilot.press(*(names.get(key, key) for key in keys))


Play = Callable[[Stage], Coroutine[Any, Any, None]]


def play(play: Play, *targets: str, size: tuple[int, int] = (100, 30)) -> ViewEnd | None:
    """Open a live view, run `play` in it, and return why the view ended."""
    ended = threading.Event()
    view, actions = View(targets), FakeActions(*targets)
    view.connection_changed(ConnectionStatus("live"), "Live.")
    view.addresses("http://127.0.0.1:8000/uuid", "http://127.0.0.1:8000/view/uuid#key=k")
    app = ListenApp(view, actions, ended.wait)

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            stage = Stage(pilot, view, actions)
            await stage.shows("● Live", "Live.")
            await play(stage)

    try:
        loops.run(run())
    finally:
        ended.set()
    return app.return_value


def test_the_view_shows_how_to_send_the_first_request() -> None:
    async def steps(stage: Stage) -> None:
        await stage.shows("curl -d hello 'http://127.0.0.1:8000/uuid'")
        await stage.press("r")
        stage.view.request(sample(subpath="/orders"))
        await stage.shows("/orders")
        assert "curl" not in stage.text

    play(steps)


def test_the_newest_request_is_selected_only_while_the_last_one_is() -> None:
    async def steps(stage: Stage) -> None:
        for seq in range(1, 41):
            stage.view.request(sample(seq, subpath=f"/{seq}"))
        await stage.until(lambda: stage.seq == 40)
        top = stage.list.scroll_offset.y
        assert top > 0
        await stage.press("k")
        stage.view.request(sample(41))
        await stage.shows("↓ 2 newer")
        assert (stage.seq, stage.list.scroll_offset.y) == (39, top)
        await stage.press("G")
        assert stage.seq == 41
        stage.view.request(sample(42))
        await stage.until(lambda: stage.seq == 42)
        await stage.pilot.press("tab")  # a person who reads the details keeps them
        stage.view.request(sample(43))
        await stage.shows("↓ 1 newer")
        assert stage.seq == 42
        await stage.pilot.press("escape")
        await stage.press("gj")
        assert stage.seq == 1
        await stage.pilot.press("pagedown")
        assert stage.seq >= 5
        await stage.pilot.click(RequestList, offset=(5, 1))
        assert stage.list.selected is stage.view.history.rows()[stage.list.scroll_offset.y + 1]

    play(steps)


def test_notes_do_not_take_the_selection_from_the_last_request() -> None:
    async def steps(stage: Stage) -> None:
        stage.view.request(sample(1))
        await stage.until(lambda: stage.seq == 1)
        for number in range(1, 41):
            stage.view.note(f"note {number}")
        await stage.shows("note 8")
        assert stage.seq == 1
        stage.view.request(sample(2))
        await stage.until(lambda: stage.seq == 2)
        await stage.shows("note 40")

    play(steps)


def test_dropped_rows_do_not_move_the_selection() -> None:
    async def steps(stage: Stage) -> None:
        for seq in range(1, 1000):
            stage.view.request(sample(seq))
        await stage.until(lambda: stage.seq == 999)
        await stage.press("k")
        for seq in range(1000, 1011):
            stage.view.request(sample(seq))
        await stage.shows("oldest 10 dropped", "↓ 12 newer")
        assert stage.seq == 998

    play(steps)


def test_gaps_notes_and_the_connection_are_shown_in_place() -> None:
    async def steps(stage: Stage) -> None:
        stage.view.request(sample(subpath="/before"))
        stage.view.connection_changed(ConnectionStatus("reconnecting", "gone"), "Not live: gone.")
        stage.view.gap("3 requests were missed while this was not live.")
        stage.view.totals.add("missed", 3)
        stage.view.note(HOSTILE, "yellow")
        await stage.shows("○ Reconnecting", "3 missed", "── 3 requests were missed", r"\x1b[31mred")
        places = [stage.text.index(each) for each in ("/before", "Not live", "── 3", "x1b[31m")]
        assert places == sorted(places)

    play(steps)


def test_text_from_senders_is_escaped_everywhere() -> None:
    async def steps(stage: Stage) -> None:
        request = sample(
            method="\x1bM",
            subpath=f"/{HOSTILE}",
            query_string=HOSTILE,
            headers=((HOSTILE, HOSTILE),),
            trailers=((HOSTILE, HOSTILE),),
            body=HOSTILE.encode(),
        )
        stage.view.request(request, Check("✗", HOSTILE))
        stage.view.forwarded(request, outcome(200, HOSTILE.encode()), HOSTILE)
        stage.view.responded(Responded("first", 1, 200, HOSTILE, ((HOSTILE, HOSTILE),), None, 0.1))
        await stage.shows("Header lines")
        for keys in ("", "e", "C"):
            await stage.press(keys)
            await stage.pilot.pause()
            areas = "".join(each.text for each in stage.app.screen.query(TextArea))
            inputs = "".join(each.value for each in stage.app.screen.query(Input))
            shown = stage.text + areas + inputs
            assert not {"\x1b", "\x07", "\u202e"} & set(shown)
            await stage.pilot.press("escape")
        assert "[bold]x[/bold]" in stage.text

    play(steps, "http://localhost:3000", size=(200, 60))


def test_the_details_show_everything_about_a_request() -> None:
    async def steps(stage: Stage) -> None:
        body = b'{"id": 1}'
        headers = (("Content-Type", "application/json"), ("X-GitHub-Event", "push"))
        stage.view.request(
            sample(body=body, headers=headers, query_string="a=%C3%A9"), Check("✓", "Valid.")
        )
        stage.view.forwarded(sample(), outcome(500, b"no"), "responded")
        stage.view.responded(Responded("first", 1, 500, "responder", (("X-A", "1"),), None, 0.012))
        await stage.shows(
            *("GitHub · push", "✓ Valid.", "← 500  from a responder  12 ms", "a = é", '"id": 1'),
            *("→ http://localhost:3000  500  2 B  500 ms  responded", "X-A: 1", "  no"),
            *("Content-Type: application/json", "application/json"),
        )

    for size in ((200, 60), (80, 60)):
        play(steps, size=size)


def test_a_large_body_is_shown_in_two_steps() -> None:
    async def steps(stage: Stage) -> None:
        detail = stage.app.query_one("#detail", Lines)
        stage.view.request(sample(body=b"x" * 5 * 2**20))
        await stage.until(lambda: detail.virtual_size.height > 10)
        await stage.pilot.press("tab")
        await stage.press("G")
        await stage.shows("5,210,112 more characters: b shows more.")
        short = detail.virtual_size.height
        await stage.press("b")
        await stage.until(lambda: detail.virtual_size.height > short)
        await stage.press("G")
        await stage.shows("1,048,576 more characters: a file of --save has all of them.")
        await stage.pilot.press("escape")
        stage.view.request(sample(2, body=b"y" * 2**20))
        await stage.until(lambda: stage.seq == 2)
        assert detail.virtual_size.height < 2 * short, "only the body of the first one is whole"

    play(steps)


def test_a_narrow_screen_shows_the_url_and_every_field_of_the_form() -> None:
    async def steps(stage: Stage) -> None:
        await stage.shows("http://127.0.0.1:8000/uuid")
        assert "URL for senders" not in stage.text
        stage.view.request(sample(body=b"x"))
        await stage.until(lambda: stage.seq == 1)
        await stage.press("e")
        await stage.until(lambda: stage.app.screen.query("#body"))
        for each in stage.app.screen.query(TextArea):
            await stage.until(lambda area=each: area.content_size.height >= 2)  # type: ignore[misc]

    play(steps, "http://localhost:3000", size=(40, 10))


def test_the_filter_has_the_language_of_the_option() -> None:
    async def steps(stage: Stage) -> None:
        stage.view.request(sample(1, subpath="/orders"))
        stage.view.request(sample(2, subpath="/ping"))
        await stage.shows("/ping")
        await stage.press("/metod:x")
        await stage.shows("There is no field “metod:”.")
        await stage.pilot.press("enter")
        assert isinstance(stage.app.focused, Input), "an invalid filter stays to be corrected"
        stage.app.query_one("#filter Input", Input).value = ""
        await stage.press("path:orders")
        await stage.until(lambda: "/ping" not in stage.text)
        await stage.pilot.press("enter")
        assert stage.app.focused is stage.list
        await stage.press("/x")
        await stage.shows("No request matches path:ordersx")
        await stage.pilot.press("escape")
        await stage.shows("/orders", "/ping")
        await stage.until(lambda: stage.seq == 2)  # and not the note that the filter left

    play(steps)


def test_a_request_is_replayed_to_the_target() -> None:
    async def steps(stage: Stage) -> None:
        stage.view.request(sample(body=b"x"))
        await stage.until(lambda: stage.seq)
        await stage.press("r")
        await stage.shows("→503", "→ http://localhost:3000  503  9 B  500 ms  sent again")
        assert stage.actions.sent == [sample(body=b"x")]

    play(steps, "http://localhost:3000", size=(160, 40))


def test_without_a_target_the_view_asks_for_one_once() -> None:
    async def steps(stage: Stage) -> None:
        stage.view.request(sample())
        await stage.until(lambda: stage.seq)
        await stage.press("r")
        await stage.shows("Send requests again to which URL?")
        await stage.press("x")
        await stage.pilot.press("enter")
        await stage.shows("Not a URL: x")
        stage.app.screen.query_one(Input).value = "http://b"
        await stage.pilot.press("enter")
        await stage.until(lambda: len(stage.actions.sent) == 1)
        await stage.shows("→ http://b")
        await stage.press("r")
        await stage.until(lambda: len(stage.actions.sent) == 2)

    play(steps, size=(160, 40))


def test_a_request_is_edited_and_sent() -> None:
    async def steps(stage: Stage) -> None:
        stage.view.request(sample(body=b"one", headers=(("A", "1"),)))
        await stage.until(lambda: stage.seq)
        await stage.press("e")
        await stage.shows("Edit and send to")
        stage.app.screen.query_one("#body", TextArea).text = "two"
        stage.app.screen.query_one("#method", Input).value = "P T"
        await stage.pilot.press("ctrl+s")
        await stage.shows("A method has letters")
        assert stage.actions.sent == []
        await stage.pilot.press("escape")
        stage.view.request(sample(2, body=b"other"))
        await stage.until(lambda: stage.seq == 2)
        await stage.press("e")
        await stage.pilot.press("escape")
        await stage.press("ke")  # nothing is lost
        assert stage.app.screen.query_one("#body", TextArea).text == "two"
        stage.app.screen.query_one("#method", Input).value = "PUT"
        await stage.pilot.press("ctrl+s")
        await stage.shows("503")
        [sent] = stage.actions.sent
        assert (sent.method, sent.body.content, sent.headers) == ("PUT", b"two", (("A", "1"),))
        await stage.pilot.press("ctrl+c")  # closes the form only
        await stage.shows("edited")

    play(steps, "http://localhost:3000", size=(160, 40))


def test_a_request_is_copied_as_curl() -> None:
    async def steps(stage: Stage) -> None:
        stage.view.request(sample(body=b"x"))
        await stage.until(lambda: stage.seq)
        await stage.press("c")
        assert stage.app.clipboard == "curl x"
        await stage.press("C")
        assert stage.app.screen.query_one(TextArea).text == "curl x"
        await stage.pilot.press("escape")
        stage.view.request(sample(2, body=b"x" * 100_000))
        await stage.until(lambda: stage.seq == 2)
        await stage.press("c")  # too long for some terminals
        assert isinstance(stage.app.screen, ShowText)

    play(steps)


def test_the_link_is_shown_if_no_browser_opens_it() -> None:
    async def steps(stage: Stage) -> None:
        await stage.press("o")
        await stage.until(lambda: isinstance(stage.app.screen, ShowText))
        assert stage.actions.opened.is_set()
        assert stage.app.screen.query_one(TextArea).text.endswith("/view/uuid#key=k")

    play(steps)


def test_a_signature_is_verified_with_a_secret_that_is_asked_for_once() -> None:
    async def steps(stage: Stage) -> None:
        stage.view.request(sample())
        await stage.until(lambda: stage.seq)
        await stage.press("s")
        await stage.shows("The secret of Stripe")
        await stage.press("wrong")
        assert "wrong" not in stage.text
        await stage.pilot.press("enter")
        await stage.shows("✗ The signature is not valid.")
        await stage.press("S")
        await stage.until(lambda: isinstance(stage.app.screen, Ask))
        await stage.press("right")
        await stage.pilot.press("enter")
        await stage.shows("✓ Valid.")
        await stage.press("s")
        assert not isinstance(stage.app.screen, Ask)

    play(steps, size=(160, 40))


def test_the_keys_are_listed_and_end_the_view() -> None:
    async def help_and_quit(stage: Stage) -> None:
        await stage.press("?")
        await stage.shows("copy as a curl command")
        await stage.press("q")
        await stage.shows("● Live")
        await stage.press("q")

    async def interrupt(stage: Stage) -> None:
        await stage.press("/")
        await stage.pilot.press("ctrl+c")

    async def end(stage: Stage) -> None:
        stage.app.query_one("#status", Note)
        assert isinstance(stage.app, ListenApp)
        stage.app.end(ViewEnd.SIGNAL)
        await stage.until(lambda: stage.app.return_value)

    assert play(help_and_quit) is ViewEnd.QUIT
    assert play(interrupt) is ViewEnd.INTERRUPT
    assert play(end) is ViewEnd.SIGNAL


def test_the_help_lists_every_key() -> None:
    shown = " ".join(f"{keys} {effect}" for keys, effect in KEYS)
    others = {"shift+tab", "ctrl+z"}  # the reverse of Tab, and a key of every terminal
    bindings = [*ListenApp.BINDINGS, *RequestList.BINDINGS, *Lines.BINDINGS]
    keys = {key for each in bindings if isinstance(each, Binding) for key in each.key.split(",")}
    assert {key for key in keys - others if NAMES.get(key, key) not in shown.split()} == set()
