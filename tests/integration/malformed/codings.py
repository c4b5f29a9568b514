"""Transfer codings other than a single `chunked` (RFC 9112, sections 6.1 and 7)."""

from __future__ import annotations

from tests.integration.malformed.raw import CHUNKED, UUID, coding, head


def coded(value: str) -> bytes:
    return coding(f"Transfer-Encoding: {value}")


CODINGS = {
    "a length and a coding": coding("Content-Length: 3", CHUNKED),
    "a coding and a length": coding(CHUNKED, "Content-Length: 3"),
    "a coding and a length of 0": coding(CHUNKED, "Content-Length: 0"),
    "a coding and an empty length": coding(CHUNKED, "Content-Length:"),
    "an unknown coding": coded("xchunked"),
    "a coding with more letters": coded("chunkedx"),
    "a coding with fewer letters": coded("chunke"),
    "a coding with a sign after": coded("chunked-"),
    "identity": coded("identity"),
    "chunked before identity": coded("chunked, identity"),
    "chunked before gzip": coded("chunked, gzip"),
    "an unknown coding after chunked": coded("chunked, cow"),
    "gzip alone": coded("gzip"),
    "compress alone": coded("compress"),
    "trailers as a coding": coded("trailers"),
    "chunked twice": coded("chunked, chunked"),
    "chunked twice around another coding": coded("chunked, gzip, chunked"),
    "gzip before chunked, and a length": coding(
        "Transfer-Encoding: gzip, chunked", "Content-Length: 3"
    ),
    "gzip before chunked with HTTP/1.0": head(
        "Transfer-Encoding: gzip, chunked", line=f"POST /{UUID} HTTP/1.0"
    ),
    "a quoted coding before chunked": coded('"gzip", chunked'),
    "an empty coding before chunked": coded("gzip,, chunked"),
    "chunked twice without a comma": coded("chunked chunked"),
    "chunked with a comma": coded("chunked,"),
    "chunked after a comma": coded(",chunked"),
    "chunked between commas": coded(", chunked ,"),
    "a comma as the coding": coded(","),
    "an empty coding": coding("Transfer-Encoding:"),
    "a coding of blanks": coded("\t "),
    "chunked in quotes": coded('"chunked"'),
    "chunked in single quotes": coded("'chunked'"),
    "chunked in brackets": coded("[chunked]"),
    "chunked with a parameter": coded("chunked;q=1"),
    "chunked with a semicolon": coded("chunked;"),
    "chunked with a weight of zero": coded("chunked;q=0"),
    "chunked with a space within": coded("chun ked"),
    "chunked before a tab": coded("chunked\t"),  # the RFC allows it, but llhttp refuses it
    "chunked after a vertical tab": coded("\x0bchunked"),
    "chunked after a form feed": coded("\x0cchunked"),
    "chunked after NUL": coded("\0chunked"),
    "chunked before NUL": coded("chunked\0"),
    "chunked after DEL": coded("\x7fchunked"),
    "chunked after a byte beyond ASCII": coded("\xffchunked"),
    "chunked after a non-breaking space": coded("\xa0chunked"),
    "chunked before a non-breaking space": coded("chunked\xa0"),
    "chunked after a bare CR": coded("\rchunked"),
    "chunked before a bare CR": coded("chunked\r"),
    "chunked after a bare LF": coded("\nchunked"),
    "chunked with a letter that folds to k": coded("chun\xe2\x84\xaaed"),
    "chunked in two lines": coding(CHUNKED, CHUNKED),
    "chunked in two lines of other cases": coding(CHUNKED, "transfer-encoding: chunked"),
    "two codings in two lines, chunked first": coding(CHUNKED, "Transfer-Encoding: identity"),
    "chunked, and an empty coding in another line": coding(CHUNKED, "Transfer-Encoding:"),
    "chunked, and one with a space before its colon": coding(CHUNKED, "Transfer-Encoding : x"),
    "a space before the coding's colon": coding("Transfer-Encoding : chunked"),
    "a tab before the coding's colon": coding("Transfer-Encoding\t: chunked"),
    "a space before the coding's name": coding("A: b", f" {CHUNKED}"),
    "a space in the coding's name": coding("Transfer Encoding: chunked"),
    "a coding without a colon": coding("Transfer-Encoding chunked"),
    "a coding with a letter that folds to i": coding("Transfer-Encod\xc4\xb1ng: chunked"),
    "a coding with NUL in its name": coding("Transfer-\0Encoding: chunked"),
    "a coding after a bare LF": coding(f"A: b\n{CHUNKED}"),
    "a coding after a bare CR": coding(f"A: b\r{CHUNKED}"),
    "chunked with HTTP/1.0": head(CHUNKED, line=f"POST /{UUID} HTTP/1.0") + b"0\r\n\r\n",
    "chunked with HTTP/1.0 that stays open": head(
        CHUNKED, "Connection: keep-alive", line=f"POST /{UUID} HTTP/1.0"
    )
    + b"0\r\n\r\n",
    "an upgrade with two framings": coding(
        "Connection: Upgrade", "Upgrade: x", CHUNKED, "Content-Length: 3"
    ),
    "an unknown coding after an upgrade": coding(
        "Connection: Upgrade", "Upgrade: x", "Transfer-Encoding: y"
    ),
}
