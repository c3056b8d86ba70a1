"""Apprise over a real server that fails in every way: all arrives when it recovers."""

from __future__ import annotations

import builtins
import logging
from typing import TYPE_CHECKING, Any

import pytest

from console.notify import NotDelivered, address
from console.notify.address import AddressCarrier
from console.notify.attempts import TIMEOUT_S
from console.notify.kinds import channels_of
from console.settings import Notify
from tests.notify import receiver as answers
from tests.notify.post import PATIENCE_S, Hand, Post, channel, notice

if TYPE_CHECKING:
    from tests.notify.receiver import Receiver

pytest.importorskip("apprise")
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def test_the_key_stands_in_a_header_and_in_the_text(receiver: Receiver) -> None:
    AddressCarrier(receiver.url).deliver(notice(owner="payments"), again=False)
    assert receiver.keys == ["A1/opened"]
    (body,) = receiver.bodies
    assert body["title"] == "PAGE refunds: A1 opened"
    assert body["message"].splitlines() == [
        "refunds burns 14.4x, opened.",
        "At 2026-03-02T12:00:00Z.",
        "Owner: payments.",
        "Key: A1/opened",
    ]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (answers.badly, "the service did not take it (HTTP 500)"),
        (answers.half, "the service did not take it"),
        (answers.reset, "the service did not take it"),
    ],
    ids=["500", "half an answer", "reset"],
)
def test_anything_but_a_whole_good_answer_is_a_failure_and_is_tried_again(
    post: Post, receiver: Receiver, answer: Any, words: str
) -> None:
    other = Hand()
    post.serve(channel(AddressCarrier(receiver.url)), channel(other, "two"), spawn=None)
    receiver.answer = answer
    post.put(notice("A1"), notice("A2"))
    post.run()
    assert post.tally().note == words
    assert other.got == ["A1/opened", "A2/opened"]
    receiver.answer = answers.well
    post.later(60).run()
    assert sorted(receiver.taken) == ["A1/opened", "A2/opened"]
    assert set(post.states().values()) == {"sent"}


def test_a_server_that_answers_late_delays_nothing_and_is_heard(
    post: Post, receiver: Receiver
) -> None:
    other = Hand()
    post.serve(
        channel(AddressCarrier(f"{receiver.url}?rto={PATIENCE_S}")), channel(other, "two"),
        spawn=None,
    )  # fmt: skip
    receiver.answer = answers.late
    post.put(notice("A1"))
    post.turn()
    assert receiver.came.acquire(timeout=PATIENCE_S)
    while other.got != ["A1/opened"]:
        post.courier.settle(post.now_us, PATIENCE_S)
    post.later(TIMEOUT_S).turn()
    assert post.tally().failing == 1
    receiver.released.set()
    while post.states() != {"A1/opened": "sent"}:
        post.courier.settle(post.now_us, PATIENCE_S)
    assert receiver.taken == ["A1/opened"]


def test_a_server_that_hangs_is_left_by_the_library_itself(receiver: Receiver) -> None:
    receiver.answer = answers.late
    with pytest.raises(NotDelivered, match="did not take it"):
        AddressCarrier(f"{receiver.url}?rto=0.1").deliver(notice(), again=False)


def test_no_password_is_told_to_anybody(
    post: Post,
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.answer = answers.reset
    post.serve(*channels_of([Notify(url=receiver.url)]))
    post.put(notice())
    post.run()
    assert post.said
    post.close()
    stored = b"".join(path.read_bytes() for path in post.path.parent.glob("burnline.db*"))
    told = "".join([*post.said, caplog.text, *capfd.readouterr()])
    assert "hunter2" not in told
    assert b"hunter2" not in stored


def test_without_the_extra_the_delivery_waits_and_one_sentence_says_why(
    post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.serve(channel(AddressCarrier(receiver.url)))
    post.put(notice())
    with monkeypatch.context() as without:
        without.setattr(address, "find_spec", lambda _: None)
        post.run().later(100).run()
    assert post.said == [
        "notifications to one #0000: Apprise is not installed; pip install 'burnline[notify]'"
    ]
    assert post.run().states() == {"A1/opened": "sent"}


def test_an_address_that_no_service_takes_is_said_by_its_scheme(post: Post) -> None:
    post.serve(channel(AddressCarrier("nothing://hunter2")))
    post.put(notice())
    post.run()
    (said,) = post.said
    assert "Apprise takes no such nothing:// address" in said
    assert "hunter2" not in said
    assert post.states() == {"A1/opened": "waiting"}


def test_apprise_is_loaded_only_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        assert name != "apprise"
        return load(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    AddressCarrier("json://example.org")
