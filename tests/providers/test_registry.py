"""The files of the registry are valid, and their samples belong to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from tests.providers import vectors
from tests.support.work import awkward
from tests.wire_fixture import samples
from webhook_logger import providers
from webhook_logger.headers import may_set
from webhook_logger.providers import handshakes
from webhook_logger.providers.json_values import MAX_SAFE_INTEGER
from webhook_logger.providers.locations import Values
from webhook_logger.providers.provider import REGISTRY
from webhook_logger.providers.recognition import recognise_values
from webhook_logger.providers.rules import MAX_MATCHED_BYTES, Rule, compiled
from webhook_logger.providers.templates import template

SCHEMA = json.loads((REGISTRY.parent / "schema.json").read_text())
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)
LOCATION = re.compile(SCHEMA["$defs"]["location"]["pattern"])
PROVIDERS = providers.providers()
each_provider = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
SPECIAL = {"computed", "uuid"}
MAX_SAMPLE_BYTES = 1536


@each_provider
def test_a_file_matches_the_schema_and_its_name(provider: providers.Provider) -> None:
    errors = [
        f"{each.instance_path}: {each.message}" for each in VALIDATOR.iter_errors(provider.entry)
    ]
    assert errors == []
    assert (REGISTRY / f"{provider.id}.json").exists()


def test_names_are_unique() -> None:
    names = [provider.name for provider in PROVIDERS.values()]
    assert len(set(names)) == len(names)


def test_each_provider_has_vectors() -> None:
    """A file whose name starts with an underscore has vectors of no provider."""
    stems = {file.stem for file in vectors.files() if not file.stem.startswith("_")}
    assert stems == set(PROVIDERS)


@each_provider
def test_each_provider_is_recognised_in_a_vector(provider: providers.Provider) -> None:
    found = vectors.read(vectors.FOLDER / f"{provider.id}.json")
    ids = {(each.get("recognised") or {}).get("provider") for each in found}
    assert provider.id in ids
    assert not provider.entry.get("handshakes") or any(each.get("handshake") for each in found)


@each_provider
def test_a_sample_belongs_to_its_provider(provider: providers.Provider) -> None:
    for entry in provider.entry["samples"]:
        outgoing = provider.sample(entry.get("event"), "https://hooks.example.com/")
        assert len(outgoing.body) <= MAX_SAMPLE_BYTES
        signed = tuple((name, "1") for name in signature_headers(provider))
        values = outgoing.values()
        found = recognise_values(Values(**{**vars(values), "headers": (*values.headers, *signed)}))
        assert found is not None
        assert found.provider.id == provider.id
        if "event" in entry:
            assert found.event == entry["event"]


def signature_headers(provider: providers.Provider) -> Iterator[str]:
    """Return the names of the headers that signing adds to a sample."""
    for signature in provider.signatures[:1]:
        locations = (signature["at"], signature.get("timestamp", {}).get("at", ""))
        yield from (
            name
            for kind, _, name in (each.partition(":") for each in locations)
            if kind == "header"
        )
        yield from signature.get("adds", ())


@each_provider
def test_integers_are_exact_in_javascript(provider: providers.Provider) -> None:
    numbers = [each for each in leaves(provider.entry) if isinstance(each, int)]
    assert all(abs(each) <= MAX_SAFE_INTEGER for each in numbers)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each)
    else:
        yield value


def named(value: Any, name: str) -> Iterator[Any]:
    """Return the values of all members with a name, at any depth."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key == name:
                yield each
            yield from named(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from named(each, name)


@each_provider
def test_templates_name_locations(provider: providers.Provider) -> None:
    entry = {
        key: each for key, each in provider.entry.items() if key not in ("samples", "recognise")
    }
    lists = [
        text
        for name in ("event", "delivery", "attempt", "retry", "timestamp")
        for text in as_list(entry.get(name))
    ]
    signed = [*named(entry, "signed"), *named(entry, "initial"), *named(entry, "text")]
    responses = [
        text for each in named(entry, "respond") for text in leaves(each) if isinstance(text, str)
    ]
    for text in (*lists, *signed, *responses):
        for location in template(text).locations():
            assert location in SPECIAL or LOCATION.fullmatch(location), (text, location)


def as_list(value: Any) -> list[str]:
    """Return the templates of a list, without the rules on which some of them depend."""
    if not isinstance(value, list):
        return []
    return [each if isinstance(each, str) else each["text"] for each in value]


# Constructs that mean the same in Python and JavaScript and match in linear time: literals,
# character classes, `^` and `$`, groups, alternatives, and repetitions of single characters.
_ATOM = r"(?:\\[dw.\\/^$*+?()\[\]{}|\-]|\[\^?(?:\\[dw.\\/\-\[\]^]|[^\\\[\]])+\]|[^\\\[\](){}.*+?|])"
_SUBSET = re.compile(rf"(?:{_ATOM}(?:[*+?]|\{{[0-9]+(?:,[0-9]*)?\}})?|\((?:\?:)?|\)\??|\|)*")


@each_provider
def test_expressions_are_in_the_common_subset(provider: providers.Provider) -> None:
    for expression in expressions(provider):
        assert _SUBSET.fullmatch(expression), expression
        assert expression.count("*") + expression.count("+") <= 2 or "(" not in expression, (
            expression
        )
        compiled(expression)


@each_provider
def test_expressions_match_hostile_values_at_once(provider: providers.Provider) -> None:
    for expression in expressions(provider):
        for text in awkward(MAX_MATCHED_BYTES):
            compiled(expression).search(text)


def expressions(provider: providers.Provider) -> list[str]:
    """Return all regular expressions of a provider."""
    rules = [
        *(rule for level in provider.entry["recognise"].values() for rule in level),
        *named(provider.entry, "when"),
    ]
    found = [text for rule in rules for text in leaves({**rule, "method": "", "only": []})]
    return [*filter(None, found), *named(provider.entry, "hosts")]


def test_an_unknown_provider_or_event_is_an_error_that_names_known_ones() -> None:
    with pytest.raises(providers.UnknownProvider, match=r"no provider “gitub”.* mean github\?"):
        providers.get("gitub")
    with pytest.raises(LookupError, match=r"invoice\.paid"):
        providers.get("stripe").sample("nothing")


def test_an_ordinary_request_is_not_a_handshake() -> None:
    assert [handshakes.find(request) for request in samples()] == [None] * len(samples())


def test_the_response_to_a_handshake_has_only_headers_that_a_reply_can_set() -> None:
    for provider in PROVIDERS.values():
        for entry in provider.entry.get("handshakes", ()):
            for response in (entry["respond"], entry.get("invalid", {})):
                assert all(map(may_set, response.get("headers", {}))), provider.id


_CLASS = re.compile(r"\^\[([A-Za-z0-9_./+=-]+)\]\{[0-9]+,[0-9]+\}(?:=\{0,2\})?\$")


@each_provider
def test_a_handshake_hashes_nothing_that_could_be_the_content_of_a_request(
    provider: providers.Provider,
) -> None:
    """Signed contents have braces, or parts joined by `:`, `.` or `&`; see SECURITY.md."""
    for handshake in provider.entry.get("handshakes", ()):
        for signed in [each["signed"] for each in named(handshake, "computed")]:
            location = template(signed).locations()[0]
            assert signed == f"{{{location}}}"
            expression = dict(Rule.from_json(handshake["when"]).conditions)[location]
            found = _CLASS.fullmatch(expression)
            assert found, expression
            assert not set(found[1]) & set("{:.&="), expression


def test_a_handshake_with_a_signature_has_one_of_a_kind_whose_secret_is_checked() -> None:
    for provider in PROVIDERS.values():
        if list(named(provider.entry.get("handshakes", ()), "invalid")):
            kinds = {signature["kind"] for signature in provider.signatures}
            assert kinds <= {"hmac", "ed25519", "ecdsa", "rsa"}, provider.id
