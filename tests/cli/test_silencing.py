"""`silence`, `silences` and `unsilence`: keeping an alert quiet for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.collector.running import DAY, HOUR, Station, event, good, route

if TYPE_CHECKING:
    from tests.cli.shell import Shell


@pytest.fixture
def troubled(shell: Shell) -> Shell:
    """A shell over a spent budget."""
    station = Station(shell.folder, route())
    station.write("a.jsonl", *(good(f"g{number}", number) for number in range(90)))
    station.write("a.jsonl", *(event("run.failed", f"b{number}", 100) for number in range(40)))
    station.at(HOUR // 4).read()
    station.close()
    return shell


def silences(shell: Shell) -> list[dict[str, Any]]:
    """Return what `silences --json` lists."""
    done = shell("silences", "--json")
    assert done.code == 0
    return list(done.document["silences"])


def hush(shell: Shell, match: str = "refunds", *more: str) -> Any:
    """Silence something for two hours."""
    return shell("silence", match, "--for", "2h", "--reason", "known outage", "--by", "dana", *more)


def test_a_silence_is_kept_with_its_reason_author_and_end(troubled: Shell) -> None:
    done = hush(troubled, "refund* severity=page")
    assert (done.code, done.err) == (0, "")
    assert "S1 keeps route=refund* severity=page quiet" in done.out
    (kept,) = silences(troubled)
    assert (kept["match"], kept["reason"], kept["by"], kept["stands"]) == (
        "route=refund* severity=page",
        "known outage",
        "dana",
        True,
    )
    shown = troubled("silences").out
    assert "known outage" in shown
    assert "stands" in shown


def test_a_silence_ends_before_its_time_and_stays_in_the_list(troubled: Shell) -> None:
    hush(troubled)
    done = troubled("unsilence", "s1", "--by", "erin")
    assert (done.code, done.out) == (0, "S1 (route=refunds) is over; what stands is told now\n")
    (kept,) = silences(troubled)
    assert (kept["stands"], kept["ended_by"]) == (False, "erin")
    assert troubled("unsilence", "S1").code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["kind=hard_stop", "--for", "1h", "--reason", "x"], 1, "cannot be silenced"),
        (["kind=nothing", "--for", "1h", "--reason", "x"], 1, "there is no such kind"),
        (["refunds", "--for", "1h", "--reason", " "], 1, "needs a reason"),
        (["refunds", "--for", "soon", "--reason", "x"], 64, "--for soon"),
        (["refunds", "--reason", "x"], 64, "--for"),
        (["refunds", "--for", "1h"], 64, "--reason"),
    ],
)
def test_a_silence_without_end_reason_or_sense_is_refused(
    troubled: Shell, arguments: list[str], code: int, words: str
) -> None:
    done = troubled("silence", *arguments)
    assert (done.code, done.out) == (code, "")
    assert words in done.err
    assert silences(troubled) == []


@pytest.mark.parametrize("name", ["S9", "9x", "S-1", "'"])
def test_a_silence_that_does_not_exist_is_not_ended(troubled: Shell, name: str) -> None:
    done = troubled("unsilence", name)
    assert (done.code, done.out) == (1, "")
    assert "there is no silence" in done.err


def test_silences_are_audited(troubled: Shell) -> None:
    from console.store import reader
    from console.store.connect import attach

    hush(troubled)
    troubled("unsilence", "S1", "--by", "erin")
    connection = attach(troubled.store)
    verbs = [(row.verb, row.actor) for row in reader.audit_rows(connection, 5)]
    connection.close()
    assert verbs[:2] == [("end silence", "erin"), ("silence", "dana")]


def test_a_reader_may_not_silence(troubled: Shell) -> None:
    done = troubled("--read-only", "silence", "*", "--for", "1h", "--reason", "x")
    assert done.code != 0
    assert silences(troubled) == []


def test_status_says_which_kinds_an_alert_holds_and_what_keeps_it_quiet(troubled: Shell) -> None:
    (found,) = troubled("status", "refunds", "--json").document["routes"]
    page, ticket = sorted(found["alerts"], key=lambda alert: str(alert["severity"]))
    assert (page["kind"], page["kinds"]) == ("spent", ["spent", "burn"])
    assert [item["title"] for item in page["conditions"]] == ["spent", "burn"]
    assert ticket["inhibited_by"] == page["id"]
    assert f"quiet behind {page['id']}" in troubled("alerts").out


def test_status_says_the_range_of_the_forecast(shell: Shell) -> None:
    station = Station(shell.folder, route())
    station.write("a.jsonl", *(good(f"old{number}", -10 * DAY) for number in range(990)))
    station.write("a.jsonl", *(event("run.failed", f"b{number}", -3 * HOUR) for number in range(5)))
    station.write("a.jsonl", *(good(f"g{number}") for number in range(100)))
    found = station.at(60).read().route()
    station.close()
    # By the last day it burns 2.4x; the last hour was calm, and at that pace the budget lasts.
    assert found["outlook"] == "exhausts"
    assert found["exhausts_between"] == [found["exhausts_at"], None]
