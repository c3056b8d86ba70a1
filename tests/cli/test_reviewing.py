"""`review` from the command line: periods, formats, files, signatures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from console.intake.times import rfc3339
from console.model import MINUTE_US
from tests.cli.shell import Shell

if TYPE_CHECKING:
    from tests.cli.shell import Done

SETTINGS = """
[[source]]
path = "logs"

[route.refunds]
tier = "low"
owner = "dana"
outcome = "refund settled"
freeze_kinds = ["prompt"]
rates = { rescue_per_hour = 60, currency = "EUR" }
"""


@pytest.fixture
def reviewed(shell: Shell) -> Shell:
    """A ready route with one rescued run of 31, and one that is not ready, with one run."""
    shell.settings(SETTINGS)
    start_us = time.time_ns() // 1_000 - 60 * MINUTE_US
    lines = [_line("refunds", "run.delivered", f"g{n}", start_us + n) for n in range(30)]
    lines.append(_line("refunds", "run.delivered", "r1", start_us))
    lines.append(_line("refunds", "rescued", "r1", start_us + MINUTE_US, ',"by":"ed","minutes":15'))
    lines.append(_line("drafts", "run.delivered", "d1", start_us))
    shell.write("a.jsonl", *lines)
    assert shell("collect", "--once").code == 0
    return shell


def _line(route: str, event: str, run: str, at_us: int, more: str = "") -> bytes:
    stamp = rfc3339(at_us)
    return f'{{"ts":"{stamp}","route":"{route}","event":"{event}","run":"{run}"{more}}}\n'.encode()


def later() -> str:
    """Return an instant after any that a review made until now could end at."""
    return rfc3339(time.time_ns() // 1_000 + 5 * MINUTE_US)


def view(done: Done, route: str = "refunds") -> dict[str, Any]:
    assert done.code == 0, done.err
    found: dict[str, Any] = next(one for one in done.document["routes"] if one["route"] == route)
    return found


def test_the_last_seven_days_are_reviewed_where_nothing_is_said(reviewed: Shell) -> None:
    done = reviewed("review")
    assert done.code == 0
    assert "1 of 32 runs missed; 1 rescues" in done.out
    assert "without trust misses: 1 more runs trusted, 15 min and 15.00 EUR less" in done.out
    assert "in all 15.00 EUR: 0.48 EUR a run, 0.50 EUR a trusted outcome" in done.out


def test_a_blank_question_makes_a_route_not_ready_to_scale_in_review_and_check(
    reviewed: Shell,
) -> None:
    found = view(reviewed("review", "--format", "json", "--route", "drafts"), "drafts")
    assert found["ready_to_scale"] is False
    assert "Not ready to scale: blank is" in reviewed("review", "--route", "drafts").out
    assert "drafts (medium): NOT READY to scale" in reviewed("check").out


def test_it_is_written_into_a_file(reviewed: Shell) -> None:
    out = reviewed.folder / "review.html"
    assert reviewed("review", "--format", "html", "--out", out).code == 0
    assert out.read_text().startswith("<!DOCTYPE html>")
    done = reviewed("review", "--out", reviewed.folder / "none" / "x.md")
    assert (done.code, "No such file" in done.err) == (1, True)


def test_a_tier_is_reviewed_alone_and_an_unknown_route_is_refused(reviewed: Shell) -> None:
    done = reviewed("review", "--tier", "low", "--format", "json")
    assert [one["route"] for one in done.document["routes"]] == ["refunds"]
    done = reviewed("review", "--route", "nosuch")
    assert (done.code, "nosuch is not known" in done.err) == (1, True)


@pytest.mark.parametrize(
    "options",
    [
        ("--week", "47"),
        ("--month", "soon"),
        ("--week", "2026-W01", "--month", "2026-01"),
        ("--from", "yesterday"),
        ("--decision", "keep"),
    ],
    ids=" ".join,
)
def test_wrong_usage_says_how_it_is_written(reviewed: Shell, options: tuple[str, ...]) -> None:
    done = reviewed("review", *options)
    assert (done.code, done.out) == (64, "")
    assert done.err.startswith("burnline: ")


def test_a_signature_stands_in_the_audit_and_in_the_next_review(reviewed: Shell) -> None:
    done = reviewed(
        "review",
        "--sign",
        "dana",
        "--route",
        "refunds",
        "--decision",
        "freeze",
        "--note",
        "as said",
    )
    assert done.code == 0
    assert done.out == "signed refunds: freeze, rescues: 1, by dana\n"
    (row,) = reviewed("audit", "--json").document["audit"][:1]
    assert (row["verb"], row["actor"], row["detail"]["decision"]) == ("review", "dana", "freeze")
    assert reviewed("audit", "--verify").code == 0
    found = view(reviewed("review", "--format", "json", "--to", later()))
    (signed,) = found["signed"]
    assert signed.startswith("freeze (")
    assert signed.endswith("rescues: 1, as said)")
    assert found["signed_off"] == []


def test_a_review_shows_its_own_signature_also_when_its_period_is_over(reviewed: Shell) -> None:
    past = ("--from", "14d", "--to", "2026-11-01T00:00:00Z", "--route", "refunds")
    assert reviewed("review", *past, "--sign", "dana").code == 0
    (signed,) = view(reviewed("review", *past, "--format", "json"))["signed_off"]
    assert signed.startswith("keep, signed by dana on ")
    assert "This review is signed:" in reviewed("review", *past).out


def test_only_known_decisions_are_signed(reviewed: Shell) -> None:
    done = reviewed("review", "--sign", "dana", "--decision", "shrug")
    assert (done.code, "keep, expand, freeze" in done.err) == (64, True)
    assert reviewed("--read-only", "review", "--sign", "dana").code == 1


def test_nobody_signs_to_expand_a_route_with_a_blank_question(reviewed: Shell) -> None:
    done = reviewed("review", "--sign", "dana", "--decision", "expand")
    assert (done.code, "not ready to scale: drafts; burnline check" in done.err) == (1, True)
    assert reviewed("audit", "--json").document["audit"] == []
    ready = ("--route", "refunds", "--decision", "expand")
    assert reviewed("review", "--sign", "dana", *ready).code == 0


def test_what_was_kept_only_while_something_was_excluded_is_said_to_be_so(shell: Shell) -> None:
    shell.settings(SETTINGS)
    at_us = time.time_ns() // 1_000 - 60 * MINUTE_US
    failed = [_line("refunds", "run.failed", f"f{n}", at_us, ',"reason":"down"') for n in range(4)]
    good = [_line("refunds", "run.delivered", f"g{n}", at_us) for n in range(30)]
    shell.write("a.jsonl", *failed, *good)
    assert shell("collect", "--once").code == 0
    period = ("--from", rfc3339(at_us - 1), "--to", rfc3339(at_us + MINUTE_US))
    words = ("--category", "outage", "--reason", "gateway down", "--by", "dana")
    assert shell("correct", "refunds", *period, *words).code == 0
    found = view(shell("review", "--format", "json"))
    assert found["only_by_exclusion"] is True
    assert found["corrections"] == [
        {"id": "C1", "category": "outage", "reason": "gateway down", "by": "dana"}
    ]
    assert "kept only while something was excluded" in shell("review").out
