"""Who is told what: quiet hours, dry runs, what resolved too soon, channels that come and go."""

from __future__ import annotations

import pytest

from console.model import Notice, Severity
from console.notify import Courier, NotDelivered
from console.store import outbox
from tests.notify.post import Hand, Post, channel, notice

REFUSED = NotDelivered("HTTP 500")


def ticket(alert: str = "T1", what: str = "opened") -> Notice:
    return notice(alert, what, severity=Severity.TICKET)


def test_a_notice_is_a_part_of_the_transaction_that_posts_it(post: Post) -> None:
    post.serve(channel(Hand()))
    impossible = [notice(), None]
    with pytest.raises(AttributeError), post.writer.transaction():
        outbox.post(post.writer.connection, impossible)  # type: ignore[arg-type]
    assert post.states() == {}


def test_of_one_alert_what_opened_is_told_before_what_resolved(post: Post) -> None:
    hand = Hand()
    hand.refusal = REFUSED
    post.serve(channel(hand))
    post.put(notice())
    post.run()
    post.put(notice(what="joined"), notice(what="resolved"))
    post.run()
    assert len(hand.again) == 1
    hand.refusal = None
    post.later(60).run()
    assert hand.got == ["A1/opened", "A1/joined", "A1/resolved"]


def test_what_resolved_before_anybody_was_told_is_told_to_nobody(post: Post) -> None:
    hand = Hand()
    post.serve(channel(hand))
    post.put(notice(), notice(what="resolved"))
    post.run()
    assert hand.got == []
    assert post.states() == {"A1/opened": "spared", "A1/resolved": "spared"}


def test_an_attempt_that_may_have_been_heard_is_followed_up(post: Post) -> None:
    hand = Hand()
    hand.refusal = REFUSED
    post.serve(channel(hand))
    post.put(notice())
    post.run()
    post.put(notice(what="resolved"))
    hand.refusal = None
    post.later(60).run()
    assert hand.got == ["A1/opened", "A1/resolved"]


def test_a_resolved_notice_goes_only_to_those_who_got_the_opening(post: Post) -> None:
    first, second = Hand(), Hand()
    post.serve(channel(first))
    post.put(notice())
    post.run()
    post.serve(channel(first), channel(second, "two"))
    post.put(notice(what="resolved"))
    post.run()
    assert first.got == ["A1/opened", "A1/resolved"]
    assert second.got == []


def test_what_resolves_after_its_opening_died_dies_with_it_and_lives_again_with_it(
    post: Post,
) -> None:
    hand = Hand()
    hand.refusal = REFUSED
    post.serve(channel(hand))
    post.put(notice("A1"), notice("A2"))
    post.run()
    post.put(notice("A1", "resolved"))
    post.later(86_400).run()
    post.put(notice("A2", "resolved"))
    assert set(post.states().values()) == {"dead"}
    hand.refusal = None
    with post.writer.transaction():
        outbox.retry_dead(post.writer.connection, post.now_us)
    post.run()
    assert sorted(hand.got) == ["A1/opened", "A1/resolved", "A2/opened", "A2/resolved"]
    assert hand.got.index("A1/opened") < hand.got.index("A1/resolved")


def test_quiet_hours_hold_tickets_until_they_end_and_pages_never(post: Post) -> None:
    hand = Hand()
    post.serve(channel(hand, quiet_hours="11:00-13:00"))
    post.put(ticket(), notice())
    post.run().later(3_599).run()
    assert hand.got == ["A1/opened"]
    post.later(1).run()
    assert hand.got == ["A1/opened", "T1/opened"]


def test_quiet_hours_are_by_the_clock_of_their_time_zone_also_over_its_summer_time(
    post: Post,
) -> None:
    hand = Hand()
    post.serve(channel(hand, quiet_hours="12:30-14:00", timezone="Europe/Berlin"))
    post.put(ticket("T1"))
    post.run()
    assert hand.got == []  # 13:00 in Berlin
    post.later(3_600).run()
    assert hand.got == ["T1/opened"]
    post.later(60 * 86_400 - 3_600)
    post.put(ticket("T2"))
    post.run()
    assert hand.got == ["T1/opened", "T2/opened"]  # 12:00 UTC is 14:00 in summer


def test_a_ticket_that_resolves_within_the_quiet_hours_wakes_nobody_in_the_morning(
    post: Post,
) -> None:
    hand = Hand()
    post.serve(channel(hand, quiet_hours="11:00-13:00"))
    post.put(ticket())
    post.run()
    post.put(ticket(what="resolved"))
    post.later(7_200).run()
    assert hand.got == []


def test_a_dry_run_keeps_what_would_have_been_sent_and_sends_nothing(post: Post) -> None:
    hand = Hand()
    post.serve(channel(hand))
    post.put(notice(dry_run=True), notice(what="resolved", dry_run=True))
    post.run()
    assert hand.got == []
    assert post.tally().withheld == 2
    post.put(notice(what="resolved", key="once dry run was off"))
    assert post.run().states()["once dry run was off"] == "spared"


def test_a_channel_that_is_removed_drops_what_waits_and_shows_it(post: Post) -> None:
    hand = Hand()
    hand.refusal = REFUSED
    post.serve(channel(hand))
    post.put(notice())
    post.run()
    post.serve(channel(Hand(), "two"))
    assert post.states() == {"A1/opened": "dropped"}
    assert (post.tally().removed, post.tally().dropped) == (1, 1)


def test_a_channel_that_is_removed_with_nothing_waiting_is_forgotten(post: Post) -> None:
    post.serve(channel(Hand()))
    post.put(notice())
    post.run()
    post.serve()
    assert outbox.tally(post.writer.connection) == []


def test_without_settings_nobody_knows_the_channels_and_nothing_is_dropped(post: Post) -> None:
    hand = Hand()
    post.serve(channel(hand))
    post.put(notice())
    Courier(post.writer, None, post.now_us).turn(post.now_us)
    assert post.states() == {"A1/opened": "waiting"}
    post.serve(channel(hand))
    assert post.run().states() == {"A1/opened": "sent"}


def test_a_channel_that_is_added_or_put_back_gets_nothing_old(post: Post) -> None:
    hand = Hand()
    post.serve()
    post.put(notice("A1"))
    post.serve(channel(hand))
    post.run()
    hand.refusal = REFUSED
    post.put(notice("A2"))
    post.run()
    post.serve()
    post.serve(channel(hand))
    hand.refusal = None
    post.put(notice("A3"))
    post.later(3600).run()
    assert hand.got == ["A3/opened"]


def test_what_the_settings_say_of_a_channel_may_change(post: Post) -> None:
    hand = Hand()
    post.serve(channel(hand, severities=("page",)))
    post.put(notice("A1"))
    post.serve(channel(hand, severities=("ticket",)))
    post.put(notice("A2"), ticket("T3"))
    post.run()
    assert sorted(hand.got) == ["A1/opened", "T3/opened"]
