"""What is due is told, again and again until it arrives, and nothing delays anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.model import HOUR_US, MINUTE_US, SECOND_US, Severity
from console.notify import Courier, NotDelivered
from console.notify.attempts import AT_ONCE, MOST_HANGING, TIMEOUT_S, Attempts
from console.notify.courier import wait_us
from console.store import outbox
from console.store.connect import Unwritable
from tests.notify.post import PATIENCE_S, Gate, Hand, Post, channel, notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REFUSED = NotDelivered("HTTP 500")


def test_a_notice_reaches_every_channel_once(post: Post) -> None:
    first, second = Hand(), Hand()
    post.serve(channel(first), channel(second, "two"))
    assert post.put(notice()) == 1
    assert post.put(notice()) == 0
    post.run().later(60).run()
    assert first.got == second.got == ["A1/opened"]
    assert post.states() == {"A1/opened": "sent"}


def test_a_channel_gets_the_severities_that_it_wants(post: Post) -> None:
    hand = Hand()
    post.serve(channel(hand, severities=("ticket",)))
    post.put(notice("A1"), notice("A2", severity=Severity.TICKET))
    post.run()
    assert hand.got == ["A2/opened"]


def test_what_fails_is_tried_again_later_and_later(post: Post) -> None:
    hand = Hand()
    hand.refusal = REFUSED
    post.serve(channel(hand))
    post.put(notice())
    post.run()
    assert post.states() == {"A1/opened": "waiting"}
    post.later(3).run()
    assert hand.again == [False]
    post.later(1).run()
    assert hand.again == [False, True]
    hand.refusal = None
    post.later(8).run()
    assert hand.got == ["A1/opened"]


def test_the_back_off_doubles_up_to_a_quarter_of_an_hour_and_leaves_half_to_chance() -> None:
    assert [wait_us(n, 0.0) // SECOND_US for n in (1, 2, 3, 4)] == [2, 5, 10, 20]
    assert wait_us(3, 0.999_999) // SECOND_US == 19
    assert wait_us(10**6, 0.0) == outbox.LONGEST_WAIT_US // 2 == 15 * MINUTE_US // 2


def test_a_failure_is_said_once_until_the_channel_works_again(post: Post) -> None:
    hand = Hand()
    hand.refusal = REFUSED
    post.serve(channel(hand))
    post.put(notice())
    post.run().later(60).run()
    assert post.said == ["notifications to one #0000: HTTP 500; it is tried again"]


def test_what_failed_for_a_day_is_dead_stays_visible_and_can_be_revived(post: Post) -> None:
    hand = Hand()
    hand.refusal = REFUSED
    post.serve(channel(hand))
    post.put(notice())
    post.run().later(24 * 3600).run()
    assert post.states() == {"A1/opened": "dead"}
    assert (post.tally().dead, post.tally().note) == (1, "HTTP 500")
    assert post.said[-1].endswith("HTTP 500; given up; burnline notify retry")
    hand.refusal = None
    post.later(3600).run()
    assert hand.got == []
    with post.writer.transaction():
        assert outbox.retry_dead(post.writer.connection, post.now_us) == 1
    assert post.run().states() == {"A1/opened": "sent"}


def test_what_could_not_be_tried_does_not_die(post: Post) -> None:
    hand = Hand()
    hand.missing = "Apprise is not installed"
    post.serve(channel(hand))
    post.put(notice())
    post.run().later(10 * 86_400).run()
    assert post.said == ["notifications to one #0000: Apprise is not installed"]
    hand.missing = ""
    assert post.run().states() == {"A1/opened": "sent"}


def test_a_poisoned_notice_delays_no_other(post: Post) -> None:
    hand = Hand()
    hand.poison = "A1"
    post.serve(channel(hand))
    post.put(*(notice(f"A{number}") for number in range(1, 8)))
    post.run()
    assert sorted(hand.got) == [f"A{number}/opened" for number in range(2, 8)]


def test_a_notice_that_cannot_even_be_read_delays_no_other(post: Post) -> None:
    hand = Hand()
    post.serve(channel(hand))
    post.put(notice("A1"), notice("A2"))
    post.writer.connection.execute("update notice set body = '{' where key = 'A1/opened'")
    post.run()
    assert hand.got == ["A2/opened"]
    assert post.tally().note == "DecodeError in the channel"


def test_an_error_that_nobody_expected_is_a_failure_and_its_words_are_not_repeated(
    post: Post,
) -> None:
    hand = Hand()
    hand.refusal = ValueError("json://sam:hunter2@example")
    post.serve(channel(hand))
    post.put(notice())
    post.run()
    assert post.tally().note == "ValueError in the channel"


def test_a_channel_that_hangs_delays_no_other_and_no_turn(post: Post) -> None:
    gate, hand = Gate("A1"), Hand()
    post.serve(channel(gate), channel(hand, "two"), spawn=None)
    post.put(notice("A1"), notice("A2"))
    post.turn()
    assert gate.entered.acquire(timeout=PATIENCE_S)
    while len(gate.got) + len(hand.got) < 3:
        post.courier.settle(post.now_us, PATIENCE_S)
        post.turn()
    assert gate.got == ["A2/opened"]
    assert hand.got == ["A1/opened", "A2/opened"]
    gate.opened.set()
    post.run()


def test_an_attempt_without_an_answer_has_failed_but_a_late_answer_is_heard(post: Post) -> None:
    gate = Gate("A1")
    post.serve(channel(gate), spawn=None)
    post.put(notice())
    post.turn()
    assert gate.entered.acquire(timeout=PATIENCE_S)
    post.later(TIMEOUT_S).turn()
    assert post.tally().note == "no answer within 30 s"
    gate.opened.set()
    while post.states() != {"A1/opened": "sent"}:
        post.courier.settle(post.now_us, PATIENCE_S)
    assert gate.got == ["A1/opened"]


def test_a_channel_on_which_everything_hangs_starts_only_so_many_attempts(post: Post) -> None:
    names = [f"A{number}" for number in range(1, 60)]
    hand = Hand()
    hanging: list[Callable[[], None]] = []
    post.serve(channel(hand), spawn=hanging.append)
    post.put(*(notice(name) for name in names))
    post.turn()
    assert len(hanging) == AT_ONCE
    for _ in range(8):
        post.later(TIMEOUT_S).turn()
    assert len(hanging) == MOST_HANGING
    while hanging:
        hanging.pop()()
        post.turn()
        post.later(60)
    assert sorted(set(hand.got)) == sorted(f"{name}/opened" for name in names)


def test_results_outlive_a_store_that_cannot_be_written(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = Hand()
    post.serve(channel(hand))
    post.put(notice())
    post.turn()
    with monkeypatch.context() as broken:

        def full(*_: object) -> None:
            raise Unwritable("database or disk is full")

        broken.setattr(outbox, "sent", full)
        with pytest.raises(Unwritable):
            post.turn()
    assert post.run().states() == {"A1/opened": "sent"}
    assert hand.got == ["A1/opened"]


def test_a_clock_that_was_far_ahead_holds_nothing_back(post: Post) -> None:
    hand = Hand()
    hand.refusal = REFUSED
    post.serve(channel(hand))
    post.later(30 * 86_400)
    post.put(notice())
    post.run()
    hand.refusal = None
    post.later(-30 * 86_400).run()
    assert hand.got == ["A1/opened"]


@pytest.mark.parametrize("before_the_mark", [True, False])
def test_a_restart_tells_again_only_what_was_not_marked(post: Post, before_the_mark: bool) -> None:
    hand = Hand()
    post.serve(channel(hand))
    post.put(notice())
    post.turn()
    if not before_the_mark:
        post.run()
    post.serve(channel(hand))
    post.run()
    assert hand.again == ([False, True] if before_the_mark else [False])


def test_a_machine_without_threads_fails_the_attempt_and_nothing_else(post: Post) -> None:
    def none(_: object) -> None:
        raise RuntimeError("can't start new thread")

    hand = Hand()
    attempts = Attempts(lambda: 0.0, none)
    courier = Courier(post.writer, [channel(hand)], post.now_us, attempts=attempts)
    post.put(notice())
    courier.turn(post.now_us)
    courier.turn(post.now_us)
    assert post.tally().note == "no thread could be started"


def test_pages_go_before_tickets(post: Post, tmp_path: Path) -> None:
    hand = Hand()
    post.serve(channel(hand))
    tickets = [notice(f"A{number}", severity=Severity.TICKET) for number in range(1, 9)]
    post.put(*tickets, notice("A9"))
    post.turn()
    assert hand.got[0] == "A9/opened"


def test_dead_after_is_a_day() -> None:
    assert outbox.DEAD_AFTER_US == 24 * HOUR_US
