"""The language of the filter, from the table that the page passes, too."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.support.processes import ROOT
from tests.wire_fixture import FIXTURE
from webhook_logger.captured import CapturedRequest
from webhook_logger.client.filter_parser import FIELDS, FilterError, parse
from webhook_logger.client.filters import Filter

CASES: dict[str, Any] = json.loads((ROOT / "tests/filter_cases.json").read_text(encoding="utf-8"))
WIRE: dict[str, Any] = json.loads(FIXTURE.read_text(encoding="utf-8"))[0]["wire"]
SAMPLES = {
    name: (each["status"], CapturedRequest.from_wire({**WIRE, **each["request"]}))
    for name, each in CASES["requests"].items()
}


def test_the_examples_of_the_manual_are_valid() -> None:
    text = (ROOT / "docs/filter.md").read_text(encoding="utf-8")
    table = text[text.index("| you want |") : text.index("## Fields")]
    examples = re.findall(r"\| `(.+)` \|$", table, re.MULTILINE)
    assert len(examples) > 5
    for example in examples:
        parse(example.replace("\\|", "|"))


def test_filters_match_the_requests_in_the_table() -> None:
    for case in CASES["filters"]:
        wanted = Filter(case["filter"])
        chosen = [name for name, (status, each) in SAMPLES.items() if wanted.matches(each, status)]
        assert chosen == case["matches"], case["filter"]


def test_a_malformed_filter_has_a_reason_and_corrections() -> None:
    for case in CASES["errors"]:
        with pytest.raises(FilterError) as error:
            Filter(case["filter"] * case.get("times", 1))
        assert error.value.reason == case["reason"], case["filter"]
        texts = [each.text for each in error.value.suggestions]
        assert texts == case["suggestions"], case["filter"]


def test_the_message_names_the_corrections() -> None:
    with pytest.raises(FilterError, match=r'Did you mean method:x.*write "metod:x"'):
        Filter("metod:x")
    with pytest.raises(FilterError, match='Did you mean -body:"a"'):
        Filter('card -body:"a')


def test_only_a_filter_with_a_status_needs_it() -> None:
    assert Filter("card | -status:2xx").needs_status
    assert not Filter("card 404").needs_status


@pytest.mark.parametrize("field", FIELDS)
def test_the_example_of_each_field_is_a_filter_that_uses_it(field: str) -> None:
    assert parse(FIELDS[field]["example"])[0][0].field == field
