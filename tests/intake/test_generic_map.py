"""The mapping language: what each kind of value says, and which mappings are refused, and how."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from console.intake.formats.generic import FORMAT, check
from console.intake.reading import Context
from console.model import Event

AT = "2026-11-24T03:00:00Z"


def told(line: dict[str, Any], mapped: dict[str, Any], path: str = "logs/app.log") -> list[Event]:
    """Return the events of one line under a map; nothing may have been refused."""
    options: dict[str, object] = {"preset": "plain", "map": mapped}
    block = json.dumps({"ts": AT, "route": "refunds", "run": "r-1", **line}).encode()
    batch = FORMAT.reader(Context(path=Path(path), options=options)).feed(block, 0, 1)
    assert batch.rejected == []
    return [entry.event for entry in batch.events]


def names(line: dict[str, Any], mapped: dict[str, Any]) -> list[str]:
    return [event.event for event in told(line, mapped)]


def run(line: dict[str, Any], way: object) -> str:
    (event,) = told(line, {"event": "run.failed", "run": way})
    return event.run


@pytest.mark.parametrize(
    ("line", "way", "found"),
    [
        ({"ctx": {"id": "a"}}, "/ctx/id", "a"),
        ({"ctx.id": "a"}, "/ctx/id", "a"),
        ({"ctx": {"id": "a"}}, "/ctx.id", "a"),
        ({"ctx.id": "a", "ctx": {"id": "b"}}, "/ctx.id", "a"),
        ({"ctx.id": "a", "ctx": {"id": "b"}}, "/ctx/id", "b"),
        ({"ctx.id": "a", "ctx": {"other": 1}}, "/ctx/id", "a"),
        ({"a": {"b.c": {"d": "x"}}}, "/a.b/c.d", "x"),
        ({"a/b": {"c~d": "x"}}, "/a~1b/c~0d", "x"),
        ({"items": [{"id": "x"}, {"id": "y"}]}, "/items/1/id", "y"),
        ({"a": 17}, "/a", "17"),
        ({}, {"const": "x"}, "x"),
        ({"team": "pay", "extra": {"flow": "out"}}, "{/team}-{/extra/flow}", "pay-out"),
        ({"team": "pay"}, "{{{/team}}}", "{pay}"),
        ({"message": "m", "level": "WARN"}, "{file}:{level}:{message}", "app:warn:m"),
        ({}, "{directory}", "logs"),
        ({"a": "x"}, {"from": "/a"}, "x"),
        ({"a": "x"}, {"from": "/a", "values": {"x": "y"}}, "y"),
        ({"a": True}, {"from": "/a", "values": {"true": "yes"}}, "yes"),
        ({"a": 7}, {"from": "/a", "values": {"7": "seven"}}, "seven"),
        ({"a": "z"}, {"from": "/a", "values": {"x": "y"}, "default": "other"}, "other"),
        ({"message": "m"}, {"from": "message", "values": {"m": "y"}}, "y"),
        ({"b": "x"}, ["/a", "/b", "/c"], "x"),
        ({"a": "", "b": "x"}, ["/a", "/b"], "x"),
    ],
)  # fmt: skip
def test_what_a_value_of_the_map_finds(line: dict[str, Any], way: object, found: str) -> None:
    assert run(line, way) == found


@pytest.mark.parametrize(
    ("line", "way"),
    [
        ({}, "/a"),
        ({"a": None}, "/a"),
        ({"a": ""}, "/a"),
        ({"a": [1]}, "/a/1"),
        ({"a": [1]}, "/a/01x"),
        ({"a": "x"}, "/a/b"),
        ({"team": "pay"}, "{/team}-{/flow}"),
        ({"a": "z"}, {"from": "/a", "values": {"x": "y"}}),
        ({"a": None}, {"from": "/a", "values": {"x": "y"}, "default": "other"}),
    ],
)
def test_what_finds_nothing(line: dict[str, Any], way: object) -> None:
    (event,) = told(line, {"event": "run.failed", "agent": way})
    assert event.agent == ""


def test_every_native_field_can_be_mapped() -> None:
    wanted: dict[str, Any] = {
        "id": "i", "agent": "a", "boot": "b", "seq": 3, "parent": "p", "sla_s": 1.5,
        "trusted": False, "reason": "r", "by": "dana", "check": "qa", "minutes": 2.0,
        "discarded": True, "confidence": 0.5, "to": "desk", "preventable": True, "action": "pay",
        "scope": "in", "grant": "g", "rule": "no", "directive": "d", "kind": "rollback",
        "change": "model", "version": "2", "generation": 4, "elapsed_s": 9.0,
        "cost_usd": 0.25, "tokens": 7, "meter": "m",
    }  # fmt: skip
    mapped = {field: f"/x/{field}" for field in wanted}
    (event,) = told({"event": "run.failed", "x": wanted}, mapped)
    assert {field: getattr(event, field) for field in wanted} == wanted
    assert {*wanted, "ts_us", "route", "run", "event"} == set(Event.__struct_fields__)


def test_a_trusted_verdict_that_is_null_is_not_known() -> None:
    mapped = {"trusted": {"from": "/ok", "values": {"yes": True, "no": False}}}
    for verdict, trusted in (("yes", True), ("no", False), (None, None), ("later", None)):
        (event,) = told({"event": "run.delivered", "ok": verdict}, mapped)
        assert event.trusted is trusted


def test_the_event_comes_from_a_map_of_messages() -> None:
    values = {"order done": "run.delivered", "order failed": "run.failed"}
    mapped = {"event": {"from": "/msg", "values": values, "default": ""}}
    assert names({"msg": "order done"}, mapped) == ["run.delivered"]
    assert names({"msg": "order failed"}, mapped) == ["run.failed"]
    assert names({"msg": "order seen"}, mapped) == []
    assert names({}, mapped) == []


def test_a_mapped_event_replaces_the_key() -> None:
    assert names({"event": "run.failed"}, {"event": "/outcome"}) == []
    assert names({"outcome": "run.delivered"}, {"event": "/outcome"}) == ["run.delivered"]


def test_rules_give_one_event_each_with_fields_of_their_own() -> None:
    rules = [
        {"when": {"/outcome": "ok"}, "event": "run.delivered"},
        {"when": {"/qa": True}, "event": "check.passed", "check": {"const": "qa"}},
        {"when": {"/ev": False}, "event": "check.failed", "check": {"const": "evidence"}},
    ]
    line = {"outcome": "ok", "qa": True, "ev": False, "id": "x", "seq": 8}
    found = told(line, {"rules": rules})
    assert [(event.event, event.check, event.id, event.seq) for event in found] == [
        ("run.delivered", "", "x", 8),
        ("check.passed", "qa", "x#2", None),
        ("check.failed", "evidence", "x#3", None),
    ]
    assert names({"outcome": "seen"}, {"rules": rules}) == []


def test_rules_add_to_the_event_of_the_line_and_say_nothing_twice() -> None:
    rules = [{"when": {"/outcome": "ok"}, "event": "run.delivered"}]
    line = {"event": "run.delivered", "outcome": "ok"}
    assert names(line, {"rules": rules}) == ["run.delivered"]
    assert names({**line, "event": "certain"}, {"rules": rules}) == ["certain", "run.delivered"]


@pytest.mark.parametrize(
    ("condition", "fits", "fails"),
    [
        ("ok", "ok", "OK"),
        (["ok", "fine"], "fine", "bad"),
        (True, True, False),
        (5, 5.0, 6),
        (5, "5", "x"),
        (Decimal("0.5"), 0.5, 0.25),
        ({"exists": True}, 0, None),
        ({"exists": False}, None, 0),
        ({"not": "ok"}, "bad", "ok"),
        ({"not": ["ok"]}, "bad", None),
        ({"like": "order * done"}, "order 17 done", "order done"),
        ({"like": "*done*"}, "all done now", "all gone"),
        ({"like": "done"}, "done", "done!"),
        ({"like": "a*b*b"}, "axbxb", "axb"),
        ({"like": "ab*ba"}, "abba", "aba"),
        ({"below": Decimal("0.7")}, 0.69, 0.7),
        ({"at_least": 1}, 1, 0.99),
        ({"at_least": 1}, "2", "many"),
        ({"at_least": 0, "below": 1}, 0.5, 1),
    ],
)
def test_conditions(condition: object, fits: object, fails: object) -> None:
    rules = [{"when": {"/x": condition}, "event": "run.delivered"}]
    assert names({"x": fits}, {"rules": rules}) == ["run.delivered"]
    assert names({"x": fails}, {"rules": rules}) == []


def test_all_conditions_of_a_rule_must_hold() -> None:
    rules = [{"when": {"level": "error", "/n": 1}, "event": "run.failed"}]
    assert names({"level": "ERROR", "n": 1}, {"rules": rules}) == ["run.failed"]
    assert names({"level": "ERROR", "n": 2}, {"rules": rules}) == []


def test_levels_that_are_numbers_have_their_names() -> None:
    rules = [{"when": {"level": "error"}, "event": "run.failed"}]
    assert names({"level": 50}, {"rules": rules}) == ["run.failed"]
    assert names({"level": 30}, {"rules": rules}) == []


def test_a_pattern_with_many_stars_is_answered_at_once() -> None:
    rules = [{"when": {"/x": {"like": "*a" * 50 + "*b"}}, "event": "run.failed"}]
    assert names({"x": "a" * 100_000}, {"rules": rules}) == []


def test_a_line_whose_second_event_is_broken_keeps_the_first() -> None:
    rules = [{"when": {"/x": 1}, "event": "check.passed", "run": "/other"}]
    options: dict[str, object] = {"preset": "plain", "map": {"rules": rules}}
    block = json.dumps({"ts": AT, "route": "a", "run": "r", "event": "certain", "x": 1}).encode()
    batch = FORMAT.reader(Context(path=Path("a"), options=options)).feed(block, 0, 1)
    assert [entry.event.event for entry in batch.events] == ["certain"]
    (found,) = batch.rejected
    assert found.reason == "`check.passed` needs a `run`, and there is none at /other"


def test_the_example_of_the_docstring_loads_from_toml() -> None:
    import console.intake.formats.generic as module

    text = (module.__doc__ or "").split("**Fields.**")[0].partition("    [[source]]")[2]
    source = tomllib.loads("[[source]]" + text, parse_float=Decimal)["source"][0]
    options = {key: value for key, value in source.items() if key in ("preset", "map")}
    assert check(options) == []


GOOD_RULE = {"when": {"/a": 1}, "event": "run.failed"}


OPTIONS: list[tuple[dict[str, object], str]] = [
    ({"preset": "zapp"}, 'preset = "zapp" is not known; the nearest is "zap"'),
    ({"preset": 3}, "preset = 3 is not known; there are"),
    ({"mapp": {}}, "mapp is not a known key of a generic source; the nearest that is known is map"),
    ({"timezone": "UTC"}, "timezone belongs into the map; write it under [source.map]"),
    ({"map": []}, "map = [] is no table; write its keys under [source.map]"),
]
FIELDS: list[tuple[str, object, str]] = [
    ("preset", "zap", "belongs above the map; write it under [[source]] itself"),
    ("rout", "/a", "is not a known key; the nearest that is known is route"),
    ("route", "a", '{const = "a"} for the word itself, or "/a" for a key'),
    ("route", "{/a", '= "{/a" has a brace without its other half'),
    ("route", "{cwd}", '= "{cwd}" has no placeholder {cwd}; there are {/pointer}, {message}'),
    ("route", "/a//b", '= "/a//b" has an empty part; write every key between slashes'),
    ("route", "/a" * 13, "is too long; at most 12 keys"),
    ("route", 3, "= 3 is no mapping; write {const = 3}"),
    ("route", [], "= [] is no mapping"),
    ("route", {"const": ""}, "has an empty constant; leave the key out"),
    ("route", {"const": "a", "from": "/b"}, 'has the unknown key "from"'),
    ("route", {"values": {}}, "names no place; write {from ="),
    ("route", {"from": "a"}, 'from = "a" is no pointer; a pointer begins with a slash, like "/a"'),
    ("route", {"from": "mesage"}, '(or write "message")'),
    ("route", {"from": 1}, "from = 1 is no pointer"),
    ("route", {"from": "/a", "default": "b"}, "has a default but no values"),
    ("route", {"from": "/a", "values": {}}, "has values that are no table"),
    (
        "run",
        {"from": "/a", "values": {"b": {}}},
        "has values.b = an object, where text",
    ),
    ("event", {"from": "/a", "values": {"b": "run.faild"}}, 'the nearest is "run.failed"'),
    ("event", {"const": True}, "says true, which is no native event"),
    ("trusted", {"const": "maybe"}, 'says "maybe", which is neither true nor false'),
    ("seq", {"const": Decimal("1.5")}, "says 1.5, which is not a whole number"),
    ("sla_s", {"const": "soon"}, 'says "soon", which is not a number'),
    ("ts", {"const": 1}, "is a constant, which would put all lines at one time"),
    ("timezone", "Berlin/Europe", '= "Berlin/Europe" is not a known time zone'),
    ("timezone", 1, "= 1 is not a time zone; write its IANA name"),
    ("latency", "/took", 'does not say its unit; write {from = "/took", unit = "ms"}'),
    ("latency", {"from": "/took", "unit": "sec"}, 'has unit = "sec"; there are "ns", "us"'),
    ("latency", 5, "is no duration; write latency = {from"),
    ("latency", {"from": "took", "unit": "s"}, 'from = "took" is no pointer'),
    ("derive_start", 1, "= 1 is neither true nor false"),
    ("derive_start", True, "= true needs to know how long a run took"),
    ("rules", {}, " is no list of rules; write each under [[source.map.rules]]"),
    ("rules", ["x"], "[0] is no rule; write when"),
    ("rules", [GOOD_RULE, {"event": "certain"}], "[1] has no when; a rule needs when and event"),
    ("rules", [{"when": {"/a": 1}}], "[0] has no event"),
]
RULES: list[tuple[dict[str, object], str]] = [
    ({"chek": "/a"}, ' has the unknown key "chek"; the nearest that is known is check'),
    ({"event": "run.fail"}, '.event = "run.fail" is neither a pointer nor a template'),
    ({"when": {}}, ".when is no table of conditions"),
    ({"when": {"a": 1}}, '.when names "a", which is no pointer'),
    ({"when": {"/a": {}}}, '.when has a condition on "/a" that says nothing'),
    ({"when": {"/a": {"over": 1}}}, 'that is not known: "over"; there are "exists", "not"'),
    ({"when": {"/a": {"below": "x"}}}, 'that cannot be: below = "x"; write it like below = 0.7'),
    ({"when": {"/a": [{}]}}, "that compares with an object; write text, a number or true"),
]


def problem_of(options: dict[str, object]) -> str:
    """Return the one problem of some options; the reader has to refuse them with it too."""
    (found,) = check(options)
    assert "\n" not in found
    with pytest.raises(ValueError) as caught:
        FORMAT.reader(Context(path=Path("a.log"), options=options))
    assert str(caught.value) == found
    return found


@pytest.mark.parametrize(("options", "problem"), OPTIONS)
def test_options_that_make_no_sense_are_refused(options: dict[str, object], problem: str) -> None:
    assert problem_of(options).startswith(problem)


@pytest.mark.parametrize(("key", "value", "problem"), FIELDS)
def test_a_key_of_the_map_that_makes_no_sense_is_named_with_what_to_write(
    key: str, value: object, problem: str
) -> None:
    found = problem_of({"map": {key: value}})
    assert found.startswith(f"map.{key}")
    assert problem in found


@pytest.mark.parametrize(("keys", "problem"), RULES)
def test_a_rule_that_makes_no_sense_is_named_with_what_to_write(
    keys: dict[str, object], problem: str
) -> None:
    found = problem_of({"map": {"rules": [GOOD_RULE, {**GOOD_RULE, **keys}]}})
    assert found.startswith("map.rules[1]")
    assert problem in found


def test_a_duration_is_said_once() -> None:
    found = problem_of({"map": {"latency": "/l_s", "elapsed_s": "/e"}})
    assert found == "map.elapsed_s says the same as map.latency; keep one of them"


def test_all_problems_are_found_at_once() -> None:
    assert len(check({"preset": "x", "map": {"rout": 1, "run": "x", "latency": 1}})) == 4


@pytest.mark.parametrize("options", [{}, {"preset": "auto"}, {"map": {}}])
def test_a_generic_source_without_a_map_is_in_order(options: dict[str, object]) -> None:
    assert check(options) == []
