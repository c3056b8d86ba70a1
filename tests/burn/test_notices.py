"""Who is told of what, once, and what keeps an alert quiet."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from console.burn import evaluation, silences
from console.burn.lifecycle import Alert, acknowledge
from console.burn.silences import Silence
from console.model import HOUR_US, MINUTE_US, Counts, Notice, Severity
from console.settings.types import LadderStep
from tests.burn.floor import NOON_US, route
from tests.burn.grounds import CALM, ground

BURNING = {"long": Counts(total=100, bad=90, trust=90)}
OWNED = route(
    name="refunds",
    owner="payments on-call",
    deputy="platform on-call",
    freeze_kinds=("prompt", "tool"),
    ladder=(
        LadderStep(do="freeze", on="page"),
        LadderStep(do="pause", left_ppm=0, mode="auto"),
    ),
)


class Story:
    """The alerts of one route from one evaluation to the next, and all that was said."""

    def __init__(self, of: Any = OWNED) -> None:
        self.route = of
        self.alerts: dict[Severity, Alert] = {}
        self.silences: list[Silence] = []
        self.said: list[Notice] = []
        self._numbers = itertools.count(1)

    def at(self, minute: int, **changes: Any) -> dict[str, str]:
        """Evaluate once; return the state of each open alert by severity."""
        now_us = NOON_US + minute * MINUTE_US
        of = ground(self.route, **({"now_us": now_us, "last_us": now_us} | changes))
        outcome = evaluation.evaluate(
            of, self.alerts, self.silences, lambda: f"A{next(self._numbers)}"
        )
        self.alerts = outcome.open
        self.said += outcome.notices
        return {severity.value: alert.standing for severity, alert in self.alerts.items()}

    def silence(self, match: str, from_minute: int, to_minute: int) -> None:
        """Keep something quiet for a stretch of minutes."""
        stretch = (NOON_US + minute * MINUTE_US for minute in (from_minute, to_minute))
        from_us, until_us = stretch
        self.silences.append(
            Silence(
                id=f"S{len(self.silences) + 1}", matcher=silences.parse(match), reason="why",
                by="dana", from_us=from_us, until_us=until_us,
            )
        )  # fmt: skip

    @property
    def keys(self) -> list[str]:
        """Return the keys of all notices in order."""
        return [notice.key for notice in self.said]


@pytest.fixture
def story() -> Story:
    return Story()


def test_an_alert_that_opens_says_what_until_when_who_and_what_is_next(story: Story) -> None:
    story.at(0, **BURNING)
    (notice,) = story.said
    assert notice.words == (
        "refunds burns 18.00x: 90 of 100 runs missed in the last 1h, mostly trust (90). "
        "Budget gone by 4 Mar 04:00 UTC. Owner: payments on-call. "
        "Proposed: freeze prompt, tool. `burnline status refunds`"
    )
    assert (notice.what, notice.owner, notice.deputy) == (
        "opened",
        "payments on-call",
        "platform on-call",
    )
    assert (notice.severity, notice.dry_run) == (Severity.PAGE, False)


def test_what_the_ladder_does_by_itself_is_told_apart_from_what_it_proposes(story: Story) -> None:
    story.at(0, charged=Counts(total=1_000, bad=60, trust=60), **BURNING)
    assert "Proposed: freeze prompt, tool. By itself: pause." in story.said[0].words


def test_it_is_told_once_however_often_it_is_evaluated(story: Story) -> None:
    for minute in range(5):
        story.at(minute, **BURNING)
    assert story.keys == ["A1/opened/1"]


def test_what_joins_an_open_alert_is_told_once(story: Story) -> None:
    story.at(0, **BURNING)
    for minute in (1, 2, 3):
        late = ("d-1 not confirmed by w1",) if minute != 2 else ()
        story.at(minute, overdue=late, **BURNING)
    assert story.keys == ["A1/opened/1", "A1/joined/overdue"]
    assert story.said[1].words == "refunds: d-1 not confirmed by w1. `burnline status refunds`"


def test_each_mark_of_the_budget_is_told() -> None:
    story = Story(route(rules=()))
    for minute, bad in enumerate((24, 25, 40)):
        story.at(minute, charged=Counts(total=1_000, bad=bad))
    assert story.keys == ["A1/opened/1", "A1/joined/left:25 %"]


def test_its_end_is_told_to_those_who_heard_of_it(story: Story) -> None:
    story.at(0, **BURNING)
    for minute in range(1, 40):
        story.at(minute)
    assert story.keys[:1] == ["A1/opened/1"]
    assert "A1/resolved/1" in story.keys
    assert story.said[-1].words.endswith("`burnline status refunds`")


def test_a_page_keeps_the_ticket_of_its_route_quiet_until_it_is_over(story: Story) -> None:
    assert story.at(0, **BURNING) == {"page": "firing", "ticket": "firing"}
    assert story.alerts[Severity.TICKET].inhibited_by == story.alerts[Severity.PAGE].id
    tickets_only = {"unknown": 500}
    for minute in range(1, 40):
        story.at(minute, **tickets_only)
    assert story.alerts[Severity.TICKET].inhibited_by == ""
    assert [key for key in story.keys if key.startswith("A2")] == ["A2/opened/1"]
    assert story.keys.index("A2/opened/1") > story.keys.index("A1/opened/1")


def test_ownership_that_lapses_is_told_once_a_lapse(story: Story) -> None:
    story.at(0, **BURNING)
    for minute in range(1, 70):
        if minute in {1, 40}:
            page = story.alerts[Severity.PAGE]
            now_us = NOON_US + minute * MINUTE_US
            story.alerts[Severity.PAGE] = acknowledge(page, "dana", "on it", now_us)
        states = story.at(minute, **BURNING)
        assert states["page"] == ("firing" if 31 <= minute < 40 else "acknowledged")
    assert story.at(70, **BURNING)["page"] == "firing"
    assert story.keys == ["A1/opened/1", "A1/lapsed/1", "A1/lapsed/2"]
    assert "dana acknowledged it, and let it lapse" in story.said[1].words
    assert story.said[1].deputy == "platform on-call"


def test_nobody_lapses_while_unread_lines_may_still_end_the_alert(story: Story) -> None:
    story.at(0, **BURNING)
    page = story.alerts[Severity.PAGE]
    story.alerts[Severity.PAGE] = acknowledge(page, "dana", "on it", NOON_US)
    assert story.at(60, catching_up=True, **BURNING)["page"] == "acknowledged"


def test_a_silenced_alert_is_evaluated_and_shown_and_says_nothing(story: Story) -> None:
    story.silence("refunds", 0, 10)
    assert story.at(0, **BURNING) == {"page": "silenced", "ticket": "silenced"}
    assert story.alerts[Severity.PAGE].silence == "S1"
    assert story.said == []


def test_what_stands_when_a_silence_ends_is_told_then(story: Story) -> None:
    story.silence("refunds", 0, 10)
    for minute in range(12):
        story.at(minute, **BURNING)
    assert story.keys == ["A1/opened/1"]
    assert story.said[0].at_us == NOON_US + 10 * MINUTE_US


def test_what_ends_within_a_silence_is_never_told(story: Story) -> None:
    story.silence("refund*", 0, 1_000)
    story.at(0, **BURNING)
    for minute in range(1, 400):
        story.at(minute)
    assert (story.alerts, story.said) == ({}, [])


def test_a_hard_stop_is_told_through_silence_and_containment() -> None:
    story = Story(route(zero_tolerance=("permission",)))
    story.silence("*", 0, 10)
    assert story.at(0, breaches=("r-1",), paused=True) == {"page": "firing"}
    assert story.keys == ["A1/opened/1"]


def test_a_hard_stop_joins_a_silenced_alert_aloud() -> None:
    story = Story(route(zero_tolerance=("permission",)))
    story.silence("*", 0, 10)
    assert story.at(0, **BURNING)["page"] == "silenced"
    assert story.at(1, breaches=("r-1",), **BURNING)["page"] == "firing"
    assert story.keys == ["A1/opened/1"]


def test_on_a_route_whose_pause_is_confirmed_nobody_is_told_more(story: Story) -> None:
    story.at(0, **BURNING)
    assert story.at(1, paused=True, overdue=("d-1",), **BURNING)["page"] == "contained"
    assert story.keys == ["A1/opened/1"]


def test_what_stands_when_the_pause_is_lifted_is_told_then(story: Story) -> None:
    story.at(0, paused=True, **BURNING)
    assert story.said == []
    assert story.at(1, **BURNING)["page"] == "firing"
    assert story.keys == ["A1/opened/1"]


def test_in_a_dry_run_everything_is_said_and_marked() -> None:
    story = Story(route(dry_run=True))
    story.at(0, **BURNING)
    assert [(notice.key, notice.dry_run) for notice in story.said] == [("A1/opened/1", True)]
    assert story.alerts[Severity.PAGE].dry_run is True


@pytest.mark.parametrize(
    ("match", "quiet"),
    [
        ("*", True),
        ("refunds", True),
        ("refund*", True),
        ("severity=page", True),
        ("kind=burn", True),
        ("class=trust", True),
        ("route=refunds, severity=page kind=burn class=trust", True),
        ("refund", False),
        ("severity=ticket", False),
        ("kind=spent", False),
        ("class=latency", False),
    ],
)
def test_a_silence_covers_what_agrees_with_every_part_of_it(match: str, quiet: bool) -> None:
    story = Story()
    story.silence(match, 0, 10)
    assert (story.at(0, **BURNING)["page"] == "silenced") is quiet


def test_a_silenced_class_silences_no_other_that_burns_with_it(story: Story) -> None:
    story.silence("class=trust", 0, 10)
    mixed = Counts(total=100, bad=90, trust=89, latency=1)
    assert story.at(0, long=mixed)["page"] == "firing"


def test_a_silence_of_one_kind_leaves_the_others_of_an_alert_loud(story: Story) -> None:
    story.silence("kind=burn", 0, 10)
    assert story.at(0, overdue=("d-1",), **BURNING)["page"] == "firing"
    assert story.said[0].words.startswith("refunds: d-1. Also: burn.")
    assert story.keys == ["A1/opened/1"]


@pytest.mark.parametrize(
    ("match", "words"),
    [
        ("", "needs something to match"),
        ("kind=hard_stop", "a hard stop cannot be silenced"),
        ("kind=burning", "kind=burning: there is no such kind"),
        ("severity=loud", "there is no such severity"),
        ("class=cost", "there is no such class"),
        ("tier=low", "'tier=low' is no matcher"),
        ("a b", "route is given twice"),
    ],
)
def test_a_silence_of_what_cannot_be_silenced_is_refused(match: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        silences.parse(match)


def test_the_control_file_is_one_alert_of_no_route() -> None:
    def one(tampering: str, known: Any, minute: int) -> evaluation.Outcome:
        now_us = NOON_US + minute * MINUTE_US
        return evaluation.evaluate_control_file(
            tampering, known, (), lambda: "A1", now_us, dry_run=False
        )

    opened = one("generation 3 was deleted", {}, 0)
    assert [notice.key for notice in opened.notices] == ["A1/opened/1"]
    assert opened.notices[0].words.endswith("`burnline doctor`")
    again = one("generation 3 was deleted", opened.open, 1)
    assert again.notices == ()
    over = one("", again.open, 2)
    assert [notice.key for notice in over.notices] == ["A1/resolved/1"]
    assert over.open == {}


def test_a_calm_route_says_nothing(story: Story) -> None:
    assert (story.at(0, long=CALM), story.said) == ({}, [])
    assert story.at(60, now_us=NOON_US + HOUR_US) == {}
