"""From an evaluation to the receiver: whatever a channel answers, all arrives once, by its key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from console.collector import evaluate
from console.ledger.book import Settled
from console.model import DAY_US, MINUTE_US, Counts
from console.notify.address import AddressCarrier
from console.settings import RouteSettings, Settings
from console.settings.tiers import BUILT_IN
from console.store import outbox
from tests.burn.floor import FAST, route
from tests.notify.post import NOON_US, Gate, Hand, Post, channel
from tests.notify.receiver import Receiver, badly, half, late, reset, well

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
NAMES = ("drafts", "refunds", "support")


class Pipe:
    """Routes whose runs a test lets miss, evaluated into the outbox that a courier serves."""

    def __init__(self, post: Post) -> None:
        self.post = post
        routes: dict[str, RouteSettings] = {name: route(name=name, rules=(FAST,)) for name in NAMES}
        self._settings = Settings(tiers=dict(BUILT_IN), routes=routes)
        for name in NAMES:
            self._runs(name, NOON_US - 20 * DAY_US, Counts(total=10_000))

    def _runs(self, name: str, at_us: int, counts: Counts) -> None:
        writer = self.post.writer
        with writer.transaction():
            writer.saw([(name, at_us, counts.total)])
            writer.settle(Settled([], [(name, at_us // MINUTE_US, counts)], []), at_us)

    def burn(self, *names: str) -> None:
        """Let twenty runs miss now."""
        for name in names:
            self._runs(name, self.post.now_us, Counts(total=20, bad=20, trust=20))
        self.evaluate()

    def recover(self, *names: str) -> None:
        """Let runs end well for longer than a short window."""
        for minute in (5, 10):
            self.post.later(minute * 60)
            for name in names:
                self._runs(name, self.post.now_us, Counts(total=400))
            self.evaluate()

    def evaluate(self) -> None:
        """Step the alerts of all routes."""
        with self.post.writer.transaction():
            evaluate.evaluate(
                self.post.writer.connection, self._settings, self.post.now_us, lambda _: False
            )

    def posted(self) -> list[str]:
        """Return the keys of all notices."""
        return [each.key for each in outbox.posted(self.post.writer.connection)]


@pytest.fixture
def pipe(post: Post) -> Pipe:
    return Pipe(post)


@pytest.mark.parametrize("answer", [badly, half, reset])
def test_what_a_receiver_would_not_take_arrives_once_it_recovers(
    pipe: Pipe, answer: Callable[[object], None]
) -> None:
    with Receiver() as receiver:
        receiver.answer = answer
        pipe.post.serve(channel(AddressCarrier(receiver.url)), spawn=None)
        pipe.burn(*NAMES)
        pipe.post.run()
        pipe.recover("drafts")
        pipe.post.run()
        assert receiver.taken == []
        receiver.answer = well
        for _ in range(4):
            pipe.post.later(900).run()
        assert Counter(receiver.taken) == Counter(pipe.posted())
    assert set(pipe.post.states().values()) == {"sent"}


def test_an_answer_that_hangs_is_given_up_and_told_again_under_the_same_key(pipe: Pipe) -> None:
    with Receiver() as receiver:
        receiver.answer = late
        pipe.post.serve(channel(AddressCarrier(receiver.url)), spawn=None)
        pipe.burn("drafts")
        pipe.post.turn()
        assert receiver.came.acquire(timeout=60)
        pipe.post.later(31).turn()
        receiver.answer = well
        pipe.post.later(900).run()
        assert set(receiver.keys) == {"A1/opened/1"}
        assert pipe.post.states() == {"A1/opened/1": "sent"}


def test_one_poisoned_alert_delays_no_other(pipe: Pipe) -> None:
    hand = Hand()
    hand.poison = "A1"
    pipe.post.serve(channel(hand))
    pipe.burn(*NAMES)
    pipe.post.run()
    assert hand.got == ["A2/opened/1", "A3/opened/1"]
    pipe.recover("refunds")
    pipe.post.run()
    assert "A2/resolved/1" in hand.got
    assert pipe.post.states()["A1/opened/1"] == "waiting"


def test_one_alert_that_hangs_delays_no_other(pipe: Pipe) -> None:
    gate = Gate("A1")
    pipe.post.serve(channel(gate), spawn=None)
    pipe.burn(*NAMES)
    pipe.post.turn()
    assert gate.entered.acquire(timeout=60)
    while len(gate.got) < 2 or pipe.post.tally().waiting > 1:
        pipe.post.said += pipe.post.courier.settle(pipe.post.now_us, 60)
    assert sorted(gate.got) == ["A2/opened/1", "A3/opened/1"]
    gate.opened.set()
    pipe.post.run()
    assert set(pipe.post.states().values()) == {"sent"}


def test_an_evaluation_repeated_after_a_kill_tells_nothing_twice(pipe: Pipe) -> None:
    hand = Hand()
    pipe.post.serve(channel(hand))
    pipe.burn("drafts")
    pipe.evaluate()
    pipe.post.run()
    pipe.post.serve(channel(hand))
    pipe.evaluate()
    pipe.post.run()
    assert hand.got == ["A1/opened/1"]
