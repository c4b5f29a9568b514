"""Lines that do not end in CRLF (RFC 9112, section 2.2), and folded lines (section 5.2)."""

from __future__ import annotations

from tests.integration.malformed.raw import coding, head

LINE_ENDS = {
    "bare LF everywhere": head().replace(b"\r\n", b"\n"),
    "bare CR everywhere": head("A: b").replace(b"\r\n", b"\r"),
    "LF before CR everywhere": head().replace(b"\r\n", b"\n\r"),
    "bare LF after the request line": head("A: b").replace(b"1.1\r\n", b"1.1\n"),
    "bare CR after the request line": head("A: b").replace(b"1.1\r\n", b"1.1\r"),
    "two CR after the request line": head("A: b").replace(b"1.1\r\n", b"1.1\r\r\n"),
    "NUL within CRLF": head("A: b").replace(b"A: b\r\n", b"A: b\r\0\n"),
    "a space within CRLF": head("A: b").replace(b"A: b\r\n", b"A: b\r \n"),
    "bare LF after a header line": head("A: b").replace(b"A: b\r\n", b"A: b\n"),
    "bare LF instead of the empty line": head("A: b", "C: d")[:-2] + b"\n",
    "bare LF twice at the end": head("A: b")[:-4] + b"\n\n",
    "CR, LF, CR at the end": head("A: b")[:-4] + b"\r\n\rX",
    "two CR in the empty line": head("A: b")[:-2] + b"\r\r\n",
    "a space in the empty line": head("A: b")[:-2] + b" \r\n",
    "a tab in the empty line": head("A: b")[:-2] + b"\t\r\n",
    "bare CR after a header line": head("A: b", "C: d").replace(b"A: b\r\n", b"A: b\r"),
    "two CR before LF": head("A: b").replace(b"A: b\r\n", b"A: b\r\r\n"),
    "a bare CR in a value": head("A: b\rc"),
    "a bare CR in a name": head("A\rB: c"),
    "a bare LF in a name": head("A\nB: c"),
    "a bare CR before the colon": head("A\r: b"),
    "a bare LF after the colon": head("A:\nb"),
    "a bare CR after the colon": head("A:\rb"),
    "a folded line": head("A: b", " c"),
    "a folded line with a tab": head("A: b", "\tc"),
    "a folded line of blanks": head("A: b", " \t "),
    "a folded line after an empty value": head("A:", " b"),
    "a folded line after a bare LF": head("A: b\n c"),
    "a folded Host": head(host="Host:\r\n h"),
    "a folded length": head("Content-Length:", " 3") + b"abc",
    "a folded length of two parts": head("Content-Length: 3", " 3") + b"abc",
    "a folded transfer coding": coding("Transfer-Encoding:", " chunked"),
}
