"""The rules of paths contain nothing from a path."""

from __future__ import annotations

import pytest

from config import Config
from webhook_logger.app import create_app
from webhook_logger.views.paths import PathRules

UUID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"
PREFIX = "/hooks"


@pytest.fixture(scope="module")
def rule_of() -> PathRules:
    rules: PathRules = create_app(Config(URL_PREFIX=PREFIX)).extensions["path_rules"]
    return rules


@pytest.mark.parametrize(
    ("target", "rule"),
    [
        ("/hooks/?a", "/"),
        (f"/hooks/{UUID}?a", "callback"),
        (f"/hooks/{UUID.upper()}/orders/1", "callback"),
        (f"/hooks/%33{UUID[1:]}", "callback"),
        (f"/hooks/api/callbacks/{UUID}/reply", "/api/callbacks/<uuid>/reply"),
        (f"/hooks/api/callbacks/{UUID}/requests/1/response", None),
        ("/hooks/socket.io/?EIO=4", "/socket.io/"),
        ("/hooks/static/js/main.js", None),
        ("/hooks/secret", "other"),
        (f"/hooks//{UUID}", "other"),
        (f"//hooks/{UUID}", "other"),
        (f"/hooks-{UUID}", "other"),
        (f"/{UUID}", "other"),
        ("*", "other"),
    ],
)
def test_a_rule_contains_no_variable_part(
    rule_of: PathRules, target: str, rule: str | None
) -> None:
    found, uuid = rule_of(target)
    assert rule in (None, found)
    assert found.isascii()
    assert UUID not in found
    assert "main" not in found
    assert uuid.lower() == (UUID if found == "callback" else "")
