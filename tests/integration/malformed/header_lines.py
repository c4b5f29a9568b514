"""Malformed header lines (RFC 9110, section 5; RFC 9112, section 5), and malformed `Host`."""

from __future__ import annotations

from tests.integration.malformed.raw import LINE, UUID, head

CONTROLS = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F]
DELIMITERS = '"(),/;<=>?@[\\]{}'

HEADER_LINES = {
    "a space before the colon": head("A : b"),
    "a tab before the colon": head("A\t: b"),
    "a space before the first name": head(host=" Host: h"),
    "a tab before the first name": head(host="\tHost: h"),
    "a line of blanks first": head(host="  ", line=f"{LINE}\r\nHost: h"),
    "no colon": head("A"),
    "no colon in the last of many": head("A: b", "C: d", "E"),
    "no name": head(": b"),
    "a line with only a colon": head(":"),
    "a name with a space": head("A b: c"),
    "a name beyond ASCII": head("\xc9: b"),
    "a name in full-width letters": head("\xef\xbc\xa1: b"),
    "two names with a vertical tab between": head("A\x0bB: c"),
    "the pseudo-header :method of HTTP/2": head(":method: GET"),
    "the pseudo-header :path of HTTP/2": head(f":path: /{UUID}/other"),
    "the pseudo-header :authority of HTTP/2": head(":authority: other"),
    "the pseudo-header :scheme of HTTP/2": head(":scheme: https"),
    "the pseudo-header :status of HTTP/2": head(":status: 200"),
    "the pseudo-header :protocol of HTTP/2": head(":protocol: websocket"),
    "a request line among the lines": head(f"GET /{UUID}/hidden HTTP/1.1"),
    "a response's line among the lines": head("HTTP/1.1 200 OK"),
    **{f"the character {mark} in a name": head(f"A{mark}b: c") for mark in DELIMITERS},
    **{f"the control {code:#04x} in a value": head(f"A: b{chr(code)}c") for code in CONTROLS},
    **{f"the control {code:#04x} in a name": head(f"A{chr(code)}: c") for code in CONTROLS},
}

# RFC 9112, section 3.2: a server responds with 400 unless Host is `uri-host [":" port]`.
INVALID_HOSTS = (
    *(
        "a b",
        "a\tb",
        "a,b c",
        "a/b",
        "/",
        "a?b",
        "a#b",
        "u@h",
        "http://h",
        "h:80x",
        "h:-1",
        "h:8:9",
    ),
    *("h:80:", ":80", "[::1", "::1", "[::1]x", "[]", "[::1%25eth0]", "<h>", '"h"', "a\\b", "{h}"),
    *("h\xe9", "h\xa0", "\x85h", "a|b", "a^b", "a`b"),
)

HOSTS = {
    "no Host": f"{LINE}\r\n\r\n".encode(),
    "two Hosts with HTTP/1.0": head("Host: o", line=f"GET /{UUID} HTTP/1.0"),
    "no Host with HTTP/1.2": f"GET /{UUID} HTTP/1.2\r\n\r\n".encode(),
    **{f"the Host {host}": head(host=f"Host: {host}") for host in INVALID_HOSTS},
    "no Host with an absolute target": f"GET http://h/{UUID} HTTP/1.1\r\n\r\n".encode(),
    "no Host, and its name in a value": head(host="A: Host: h"),
    "no Host, and one with an underscore": head(host="HTTP_HOST: h"),
    "a space before Host's colon": head(host="Host : h"),
    "two Hosts": head("Host: other"),
    "two equal Hosts": head("host: h"),
    "two Hosts, the second empty": head("Host:"),
    "three Hosts": head("Host: a", "HOST: b"),
    "two Hosts far from each other": head(*["A: b"] * 50, "Host: other"),
    "two Hosts and an absolute target": head("Host: o", line=f"GET http://h/{UUID} HTTP/1.1"),
    "NUL in Host": head(host="Host: h\0"),
    "a line end in Host": head(host="Host: h\rother"),
}
