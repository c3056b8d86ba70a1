"""What a sample of a log leaves open in its mapping, and what could be chosen there."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.generic import check
from console.intake.formats.generic_choices import Study, examine, seen, study
from console.intake.reading import Context
from console.settings.template import SourceProposal, render
from console.settings.template_map import Seen

PATH = Path("/logs/app.log")


def lines(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def entry(second: int = 0, **keys: Any) -> dict[str, Any]:
    return {"level": "info", "time": f"2026-11-24T03:00:{second:02}Z", **keys}


def studied(*records: dict[str, Any]) -> Study:
    found = study(lines(*records), PATH)
    assert found is not None
    return found


def open_keys(*records: dict[str, Any]) -> list[str]:
    return [choice.key for choice in studied(*records).choices]


DONE = entry(workflow="refunds", job_id="j-1", message="order finished")


def test_a_log_that_shows_all_leaves_nothing_open() -> None:
    found = studied(DONE)
    assert (found.choices, found.events, found.refused) == ((), 1, 0)


def test_a_route_that_no_key_names_is_the_name_of_the_file() -> None:
    found = studied({key: value for key, value in DONE.items() if key != "workflow"})
    assert found.events == 1
    assert found.options["map"]["route"] == "{file}"  # type: ignore[index]


def test_an_outcome_that_no_word_tells_is_a_choice_among_keys_that_come_again() -> None:
    records = [entry(n, job_id=f"j-{n}", phase="ab"[n % 2], message=f"step {n}") for n in range(9)]
    found = studied(*records)
    assert [choice.key for choice in found.choices] == ["event"]
    (first, *_) = found.choices[0].candidates
    assert first == {
        "from": "/phase",
        "values": {"a": "run.delivered", "b": "run.failed"},
        "default": "",
    }


def test_every_candidate_can_be_put_in_as_it_stands() -> None:
    found = studied(*(entry(n, ticket=f"t-{n}", phase="ab"[n % 2], message="x") for n in range(9)))
    assert [choice.key for choice in found.choices] == ["event", "run"]
    for choice in found.choices:
        for value in choice.candidates:
            assert check({"map": {choice.key: value}}) == []


def test_a_run_that_no_key_names_is_a_choice_of_those_with_most_values() -> None:
    records = [entry(n, ticket=f"t-{n}", shop="one", message="order done") for n in range(4)]
    (choice,) = studied(*records).choices
    assert (choice.key, choice.candidates) == ("run", ("/ticket",))


def test_a_time_without_a_zone_is_a_choice_that_is_never_made() -> None:
    naive = {"asctime": "2026-11-24 03:00:00,123", "levelname": "INFO", "message": "job done"}
    assert open_keys({**naive, "run_id": "r-1"}) == ["timezone"]


def test_lines_that_speak_native_events_need_no_choice() -> None:
    assert open_keys(entry(route="refunds", run="r-1", message="run.delivered")) == []


@pytest.mark.parametrize(
    "sample",
    [
        b"",
        b"some words\n",
        b'{"name":"package","version":"1.0.0"}\n',
        b"[1, 2]\n",
        b"key=value other=value\n",
    ],
)
def test_what_has_no_times_is_no_log(sample: bytes) -> None:
    assert study(sample, PATH) is None


def test_a_mapping_that_was_completed_is_examined_as_it_stands() -> None:
    sample = lines(*(entry(n, ticket=f"t-{n}", phase="a", message="x") for n in range(3)))
    event = {"from": "/phase", "values": {"a": "run.delivered"}}
    mapped: dict[str, object] = {"route": {"const": "r"}, "run": "/ticket", "event": event}
    found = examine(sample, Context(path=PATH, options={"preset": "zerolog", "map": mapped}))
    assert (found.choices, found.events, found.reason) == ((), 3, "")
    del mapped["route"]
    found = examine(sample, Context(path=PATH, options={"preset": "zerolog", "map": mapped}))
    assert (found.events, found.refused) == (0, 3)
    assert "needs a `route`" in found.reason


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.floats()


@given(st.lists(st.dictionaries(st.text(max_size=9), VALUES, max_size=6), max_size=6))
def test_what_is_written_of_any_sample_loads_and_checks(records: list[dict[str, Any]]) -> None:
    found = study(lines(*(entry(**record) for record in records)), PATH)
    if found is None:
        return
    held = seen(lines(*(entry(**record) for record in records)), found.options)
    text = render([], [SourceProposal("logs", "generic", "", found.options, found.choices, held)])
    (source,) = tomllib.loads(text)["source"]
    assert check({"preset": source["preset"], "map": source["map"]}) == []
    assert source["map"] == found.options.get("map")
    for line in text.splitlines():
        if line.startswith(("# event = ", "# run = ", "# timezone = ")):
            tomllib.loads(line.removeprefix("# "))


def test_every_value_where_events_are_told_is_seen_with_its_lines() -> None:
    words = ["order done", "order done", "cache warmed", "order failed"]
    sample = lines(*(entry(n, run="r", message=word) for n, word in enumerate(words)))
    found = study(sample, PATH)
    assert found is not None
    assert seen(sample, found.options) == Seen(
        values=(("order done", 2), ("cache warmed", 1), ("order failed", 1)), undecided=1
    )


def test_of_free_text_only_the_most_frequent_is_listed_and_the_rest_is_counted() -> None:
    texts = ["order done", *(f"page {number} rendered" for number in range(100))]
    sample = lines(*(entry(run="r", message=text) for text in texts))
    found = study(sample, PATH)
    assert found is not None
    held = seen(sample, found.options)
    assert (len(held.values) + held.others, held.undecided) == (101, 100)
    assert held.lines == held.others > 0
    assert ("order done", 1) in held.values


def test_a_secret_in_a_value_is_not_written_into_the_settings() -> None:
    sample = lines(entry(run="r", message="order done"), entry(message="password=hunter2"))
    found = study(sample, PATH)
    assert found is not None
    held = seen(sample, found.options)
    assert ([text for text, _ in held.values], held.others) == (["order done"], 1)


def test_lines_are_counted_by_what_the_mapping_takes_for_nothing() -> None:
    sample = lines(*(entry(n, run="r", phase=word) for n, word in enumerate("aabc")))
    event = {"from": "/phase", "values": {"a": "run.started", "b": ""}, "default": ""}
    mapped: dict[str, object] = {"route": {"const": "r"}, "event": event}
    context = Context(path=PATH, options={"preset": "zerolog", "map": mapped})
    assert examine(sample, context).ignored == {"c": 1}
    event["default"] = "uncertain"
    assert examine(sample, context).ignored == {}
    event["default"] = ""
    mapped["rules"] = [{"when": {"/phase": "c"}, "event": "run.delivered"}]
    assert examine(sample, context).ignored == {}


def test_half_a_surrogate_pair_is_never_written() -> None:
    sample = lines(DONE) + b'{"level":"info","time":1795463610714,"\\ud800":"\\ud801 done"}\n'
    found = study(sample, PATH)
    assert found is not None
    assert render([], [SourceProposal("logs", "generic", "", found.options, found.choices)])
