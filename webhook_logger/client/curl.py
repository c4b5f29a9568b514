"""Write a captured request as a curl command that sends the same bytes.

`static/js/export/curl.js` writes the same command; both pass `tests/fixtures/curl.json`.
"""

from __future__ import annotations

import re
import unicodedata

from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.relay.relayed import named_by_connection, percent_encoded
from webhook_logger.headers import HOP_BY_HOP, HeaderLines

_SET_BY_CLIENT = HOP_BY_HOP | {"content-length", "expect", "host", "transfer-encoding"}
_EXPECT_BYTES = 1024
"""For larger bodies, older versions of curl send `Expect: 100-continue`."""
_MAX_ARGUMENT_BYTES = 100_000
"""Linux allows 128 KiB per argument. The limit does not apply to `printf` of a shell."""
_UNSAFE_TO_PASTE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_PRINTABLE = re.compile("[ -~]*")
_WORD = re.compile(r"\w+", re.ASCII)
_DOTS = re.compile(r"/(\.|%2e)", re.IGNORECASE)
_GLOB = re.compile(r"[\[\]{}]")


def curl(request: CapturedRequest, origin: str) -> str:
    """Return the command that sends a request to the server at `origin`, in a POSIX shell.

    It is also safe to paste into an interactive bash or zsh.
    """
    pipe, options = _body_options(request) if _has_body(request) else ("", [])
    url = origin + percent_encoded(request.target)
    first = " ".join(("curl", *_method_options(request), *_target_options(url)))
    headers = [f"-H {_header_word(line)}" for line in _header_lines(request)]
    notes = "".join(f"# {note}\n" for note in _notes(request))
    return notes + (f"{pipe} |\n" if pipe else "") + " \\\n  ".join((first, *headers, *options))


def quoted(text: str) -> str:
    """Quote a text for a shell.

    `!` is outside the quotes, because an old bash expands it in later lines of a quoted word.
    """
    return "'" + text.replace("'", "'\\''").replace("!", "'\\!'") + "'"


def _method_options(request: CapturedRequest) -> list[str]:
    method, body = request.method, _has_body(request)
    if method == "HEAD" and not body:
        return ["--head"]
    if method == ("POST" if body else "GET"):
        return []
    return ["-X", method if _WORD.fullmatch(method) else quoted(method)]


def _target_options(url: str) -> list[str]:
    """Return the URL, with the options that stop curl from changing it."""
    scheme, _, rest = url.partition("://")
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    path = rest[len(authority) :]
    options = ["--http1.1"] if scheme == "https" else []  # HTTP/2 has only lower-case names
    if "#" in path:
        return [*options, "--request-target", quoted(path), quoted(f"{scheme}://{authority}")]
    options += ["--path-as-is"] if _DOTS.search(path) else []
    options += ["--globoff"] if _GLOB.search(url) else []
    return [*options, quoted(url)]


def _header_lines(request: CapturedRequest) -> list[str]:
    """Return `Name: value`, `Name;` for an empty value, and `Name:` to remove a default header."""
    removed = _SET_BY_CLIENT | named_by_connection(request.headers)
    kept: HeaderLines = tuple(line for line in request.headers if line[0].lower() not in removed)
    defaults = ["User-Agent", "Accept"]
    defaults += ["Content-Type"] if _has_body(request) else []
    defaults += ["Expect"] if request.body.size > _EXPECT_BYTES else []
    unwanted = [name for name in defaults if not request.header_lines(name)]
    lines = [f"{name}: {value}" if value else f"{name};" for name, value in kept]
    return lines + [f"{name}:" for name in unwanted]


def _header_word(line: str) -> str:
    return quoted(line) if _PRINTABLE.fullmatch(line) else f'"$({_printing(line)})"'


def _has_body(request: CapturedRequest) -> bool:
    has_length = request.method != "HEAD" and bool(request.header_lines("content-length"))
    return request.body.complete and (request.body.size > 0 or has_length)


def _body_options(request: CapturedRequest) -> tuple[str, list[str]]:
    """Return the command to pipe from, and the options. They never read a file."""
    pipe, word = _body_into(request.body)
    return pipe, ["--data-binary @-" if pipe else f"--data-raw {word}"]


def _body_into(body: Body) -> tuple[str, str]:
    """Return a command that prints the body, or the body as a word."""
    wire = body.to_wire()
    content = str(wire["content"])
    if wire["encoding"] != "utf-8" or not _is_safe_to_paste(content):
        return _printing(body.content.decode("latin-1")), ""
    if body.size > _MAX_ARGUMENT_BYTES:
        return f"printf '%s' {quoted(content)}", ""
    return "", quoted(content)


def _is_safe_to_paste(text: str) -> bool:
    # Only the different characters are looked up: a body has few of them.
    return all(unicodedata.category(each) not in _UNSAFE_TO_PASTE for each in set(text) - {"\n"})


def _printing(text: str) -> str:
    """Return a command that prints bytes, read as Latin-1."""
    return f"printf '%b' '{text.translate(_ESCAPES)}'"


def _escape_of(byte: int) -> str:
    character = chr(byte)
    if character in "\n\\":
        return {"\n": "\\n", "\\": "\\\\"}[character]
    return character if " " <= character <= "~" and character not in "'!" else f"\\0{byte:03o}"


_ESCAPES = {byte: _escape_of(byte) for byte in range(256)}


def _notes(request: CapturedRequest) -> list[str]:
    """Return notes on the parts that are not sent, in letters that every shell ignores."""
    size = request.body.size
    notes = []
    if not request.body.complete:
        notes.append(
            f"The body of {size} bytes was larger than the limit of the server and is not sent."
        )
    if request.trailers:
        notes.append("The trailers of the request are not sent.")
    return notes
