"""The control document: canonical bytes, checksum, and what is no document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from console.agent import ControlFault
from console.agent.document import canonical, checksum, parse
from tests.agent.control import NOON_US, ROUTE, at, directive, document, orders


def raw(content: Any) -> bytes:
    return json.dumps(content).encode()


def resealed(**fields: Any) -> bytes:
    changed = document() | fields
    return raw(changed | {"checksum": checksum(changed)})


def test_canonical_bytes_are_sorted_compact_utf8_without_checksum_and_signature() -> None:
    given = {"b": [1, "é"], "a": None, "checksum": "x", "signature": "y"}
    assert canonical(given) == '{"a":null,"b":[1,"é"]}'.encode()


def test_the_checksum_is_the_sha256_of_the_canonical_bytes() -> None:
    # printf '{"a":1}' | sha256sum
    known = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
    assert checksum({"a": 1, "checksum": "sha256:0"}) == f"sha256:{known}"


def test_how_a_document_is_laid_out_does_not_matter_to_its_checksum() -> None:
    laid_out = json.dumps(document(), indent=2, ensure_ascii=True).encode()
    assert parse(laid_out).generation == 1


def test_a_document_is_read_with_its_times_in_microseconds() -> None:
    read = parse(raw(document(7, stale_after_s=30, grace_s=60)))
    assert read.generation == 7
    assert read.issued_us == read.refreshed_us == NOON_US
    assert (read.issued_by, read.stale_after_s, read.grace_s) == ("dana", 30.0, 60.0)


def test_a_document_without_grace_has_an_hour_of_it() -> None:
    assert parse(resealed(grace_s=None)).grace_s == 3600


def test_a_route_that_is_not_named_is_open() -> None:
    other = parse(raw(document())).route("billing")
    assert (other.state, other.directives, other.on_fault) == ("open", (), "")


def test_keys_that_nobody_knows_are_ignored_but_sealed() -> None:
    assert parse(resealed(mood="calm")).generation == 1
    with pytest.raises(ControlFault, match="checksum is wrong"):
        parse(raw(document() | {"mood": "calm"}))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"{", "it is not JSON"),
        (raw(document())[:-20], "it is not JSON"),
        (b"\xff\xfe{}", "it is not JSON"),
        (b"[1]", "not an object"),
        (b"[" * 100_000, "it is not JSON"),
        (b'{"a": 1, "a": 2}', "a key is given twice"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b'{"schema": "burnline.control/1", "x": 1e999}', "no canonical form"),
        (b'{"schema": "burnline.control/1", "x": "\\ud800"}', "no canonical form"),
        (b"{}", "schema is None"),
        (resealed(schema="burnline.control/2"), "schema is 'burnline.control/2'"),
        (raw(document() | {"generation": 9}), "checksum is wrong"),
        (raw(document() | {"checksum": None}), "checksum is wrong"),
        (resealed(generation="7"), "generation is '7'"),
        (resealed(generation=True), "generation is True"),
        (resealed(generation=0), "generation is 0"),
        (resealed(generation=1.0), "generation is 1.0"),
        (resealed(generation=2**53 + 1), "generation is 9007199254740993"),
        (resealed(issued_at="yesterday"), "issued_at: 'yesterday' is not an RFC 3339 time"),
        (resealed(refreshed_at="2026-11-24T01:02:03"), "with an offset"),
        (resealed(refreshed_at=None), "refreshed_at is None"),
        (resealed(issued_by=["dana"]), "issued_by is a list"),
        (resealed(stale_after_s="30"), "stale_after_s is '30'"),
        (resealed(stale_after_s=True), "stale_after_s is True"),
        (resealed(grace_s=-1), "grace_s is -1"),
        (resealed(grace_s=10**400), "grace_s is a huge number"),
        (resealed(routes=[]), "routes is a list"),
    ],
)
def test_what_is_no_document_is_refused_in_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(ControlFault) as refused:
        parse(content)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("route", "sentence"),
    [
        ("open", "route 'refunds' is 'open', which is not an object"),
        (orders() | {"state": "shut"}, "state is 'shut', not one of open, frozen"),
        (orders() | {"on_fault": "ignore"}, "on_fault is 'ignore'"),
        (orders() | {"directives": {}}, "directives is an object, not a list"),
        (orders() | {"directives": ["pause"]}, "directive 1 is 'pause'"),
        (orders(directive("stop")), "kind is 'stop'"),
        (orders(directive("pause", id="")), "id is ''"),
        (orders(directive("pause", drain="no")), "drain is 'no', not true or false"),
        (orders(directive("pause", until="soon")), "until: 'soon'"),
        (orders(directive("freeze", changes="prompt")), "changes is 'prompt', not a list"),
        (orders(directive("freeze", changes=[1])), "changes is a list"),
        (orders(directive("reduce_scope", max_runs=-1)), "max_runs is -1"),
        (orders(directive("pause", by=7)), "by is 7, not a text"),
        (orders(grants=({"id": None},)), "grant 1: id is None"),
        (orders() | {"state": "paused"}, "is paused, and no directive says so"),
    ],
)
def test_orders_that_make_no_sense_are_refused(route: Any, sentence: str) -> None:
    read = parse(raw(document(1, route)))
    with pytest.raises(ControlFault) as refused:
        read.route(ROUTE)
    assert sentence in str(refused.value)


def test_a_route_that_is_null_is_not_an_open_route() -> None:
    read = parse(raw(document(1, routes={ROUTE: None})))
    with pytest.raises(ControlFault, match="route 'refunds' is null"):
        read.route(ROUTE)


def test_a_slip_in_the_orders_of_one_route_leaves_the_others_readable() -> None:
    content = document(1, routes={"billing": "broken", ROUTE: orders(directive("pause"))})
    assert parse(raw(content)).route(ROUTE).state == "paused"


def test_a_document_that_needs_no_refresh_is_never_stale() -> None:
    parse(raw(document())).check_fresh(NOON_US * 2)


def test_a_document_is_stale_once_it_is_older_than_it_may_be() -> None:
    read = parse(raw(document(3, stale_after_s=30)))
    read.check_fresh(NOON_US + 30_000_000)
    with pytest.raises(ControlFault) as stale:
        read.check_fresh(NOON_US + 30_000_001)
    assert f"generation 3 was last refreshed at {at(0)}" in str(stale.value)


def test_with_a_verifier_a_signature_has_to_be_right() -> None:
    signed = raw(document() | {"signature": "good"})

    def verify(sealed: bytes, signature: str) -> bool:
        return sealed == canonical(document()) and signature == "good"

    assert parse(signed, verify).generation == 1
    for wrong in (raw(document()), raw(document() | {"signature": "bad"})):
        with pytest.raises(ControlFault, match="signature is missing or wrong"):
            parse(wrong, verify)


def test_a_verifier_that_raises_accepts_nothing() -> None:
    def verify(sealed: bytes, signature: str) -> bool:
        raise LookupError("no key")

    with pytest.raises(ControlFault, match="signature"):
        parse(raw(document()), verify)
