"""The fields that capturing adds to the server's environ."""

from __future__ import annotations

from io import BytesIO

import pytest

from webhook_logger.senders.capture import capture

UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"


@pytest.mark.parametrize(
    ("prefix", "path", "subpath"),
    [
        ("", f"/{UUID}", ""),
        ("", f"/{UUID}/", "/"),
        ("", f"/{UUID.upper()}/a//%2F", "/a//%2F"),
        ("", f"/{UUID}%2Fa", "%2Fa"),
        ("", f"/{UUID.replace('e', '%65', 1)}/a", "/a"),
        ("", f"/{UUID.replace('e', '%45').replace('-', '%2D')}/a/{UUID[:-1]}", f"/a/{UUID[:-1]}"),
        ("", f"%2F%33{UUID[1:]}/a/{UUID}", f"/a/{UUID}"),
        ("", f"/{UUID}/Z\xfc%rich\x85", "/Z\xfc%rich\x85"),
        ("/tools/x", f"/tools/x/{UUID}/a", "/a"),
        ("/tools/x", f"/t%6Fols%2fx/%33{UUID[1:]}", ""),
        ("/tools/x", f"/t%6Fols%2fx/%33{UUID[1:]}/%33", "/%33"),
    ],
)
def test_the_subpath_is_the_raw_path_after_the_uuid(prefix: str, path: str, subpath: str) -> None:
    environ = {
        "RAW_URI": f"{path}?a",
        "SCRIPT_NAME": prefix,
        "REQUEST_METHOD": "GET",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "headers_raw": (),
    }
    captured = capture(environ, UUID, 100)
    assert (captured.path, captured.subpath) == (path, subpath)
