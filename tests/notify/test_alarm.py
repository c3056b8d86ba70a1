"""That alerting is blind is told past the outbox: once, until it is heard, and when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.collector import runloop
from console.model import SECOND_US
from console.notify.alarm import Alarm
from console.notify.attempts import Attempts
from tests.notify.post import NOON_US, Hand, at_once, channel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.notify.post import Post

WHY = "the disk is full"


def alarm(*hands: Hand, **fields: object) -> Alarm:
    channels = [channel(hand, f"c{number}", **fields) for number, hand in enumerate(hands)]
    return Alarm(channels, Attempts(lambda: 0.0, at_once))


def blind(one: Alarm, seconds: Iterable[int]) -> None:
    for second in seconds:
        one.blind(WHY, NOON_US + second * SECOND_US)


def sees(one: Alarm, seconds: Iterable[int]) -> None:
    for second in seconds:
        one.sees(NOON_US + second * SECOND_US)


def test_a_store_that_is_held_for_a_moment_is_told_to_nobody() -> None:
    hand = Hand()
    one = alarm(hand)
    blind(one, range(60))
    sees(one, range(60, 70))
    blind(one, range(70, 130))
    assert hand.got == []


def test_after_a_minute_every_channel_for_pages_is_told_once() -> None:
    hands = Hand(), Hand()
    one = alarm(*hands)
    blind(one, range(600))
    key = f"store-{NOON_US}/opened"
    assert [hand.got for hand in hands] == [[key], [key]]


def test_a_channel_for_tickets_is_not_told() -> None:
    hand = Hand()
    blind(alarm(hand, severities=("ticket",)), range(600))
    assert hand.got == []


def test_a_channel_that_refuses_is_tried_again_until_it_has_it() -> None:
    hand = Hand()
    hand.refusal = OSError("500")
    one = alarm(hand)
    blind(one, range(200))
    assert len(hand.again) == 5
    hand.refusal = None
    blind(one, range(200, 300))
    assert hand.got == [f"store-{NOON_US}/opened"]
    assert hand.again == [False, *[True] * 5]


def test_its_end_is_told_to_who_was_told_and_once() -> None:
    told, untold = Hand(), Hand()
    untold.refusal = OSError("500")
    one = alarm(told, untold)
    blind(one, range(100))
    untold.refusal = None
    sees(one, range(100, 300))
    assert told.got == [f"store-{NOON_US}/opened", f"store-{NOON_US}/resolved"]
    assert untold.got == []


def test_the_next_time_is_another_alert() -> None:
    hand = Hand()
    one = alarm(hand)
    blind(one, range(100))
    sees(one, range(100, 200))
    blind(one, range(200, 300))
    assert hand.got[-1] == f"store-{NOON_US + 200 * SECOND_US}/opened"
    assert len(hand.got) == 3


def test_the_loop_says_that_it_is_blind(post: Post) -> None:
    assert post.writer.path.exists()
    said: list[str] = []

    class Blind:
        roots: tuple[()] = ()
        polling = ""
        writer = post.writer

        def step(self, _changed: object = None) -> int:
            self.writer.connection.execute("pragma query_only=on")
            self.writer.connection.execute("create table x (y)")
            raise AssertionError

        def blind(self, why: str) -> None:
            said.append(why)

        def see_off(self, *_: object, **__: object) -> list[str]:
            return []

    runloop.run(Blind(), lambda: None, lambda: bool(said), lambda _: None)  # type: ignore[arg-type]
    assert said[0].endswith("it is tried again")
