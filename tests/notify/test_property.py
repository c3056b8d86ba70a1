"""Whatever fails or is killed: all is told, in order, and once in a file."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from console.notify import NotDelivered
from console.notify.file import FileCarrier
from console.notify.message import document
from tests.notify.post import Hand, Post, channel, notice

if TYPE_CHECKING:
    from console.model import Notice

LIFE = ("opened", "joined", "resolved")
ALERTS = ("A1", "A2", "A3")
OUTCOMES = ("arrives", "is refused", "arrives unheard")
STEPS = st.one_of(
    st.tuples(st.just("post"), st.sampled_from(ALERTS)),
    st.tuples(st.just("later"), st.integers(1, 2_000)),
    st.tuples(st.just("turn"), st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=4)),
    st.tuples(st.just("crash"), st.none()),
)


class Fickle(Hand):
    """A carrier whose next outcomes the test has drawn; it arrives once they are used up."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: list[str] = []
        self.tried: set[str] = set()

    def deliver(self, told: Notice, *, again: bool) -> None:
        self.tried.add(told.alert)
        outcome = self.outcomes.pop(0) if self.outcomes else "arrives"
        if outcome == "is refused":
            self._refuse(told)
            raise NotDelivered(outcome)
        self._take(told, again=again)
        if outcome == "arrives unheard":
            raise NotDelivered(outcome)

    def _refuse(self, told: Notice) -> None:
        """Leave nothing behind."""

    def _take(self, told: Notice, *, again: bool) -> None:
        self.got.append(told.key)


class FickleFile(Fickle):
    """A file on a disk that may take half of a line and then no more."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file = FileCarrier(path)

    def _refuse(self, told: Notice) -> None:
        line = document(told)
        with self._path.open("ab") as file:
            whole = not file.tell() or self._path.read_bytes().endswith(b"\n")
            file.write(line[: len(line) // 2] if whole else b"")

    def _take(self, told: Notice, *, again: bool) -> None:
        self._file.deliver(told, again=again)


def whole_lines(path: Path) -> list[str]:
    """Return the keys of the lines that are whole; a torn one of another notice may stand there."""
    found = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        try:
            found.append(json.loads(line)["key"])
        except ValueError:
            continue
    return found


def play(post: Post, steps: list[tuple[str, object]], carriers: dict[str, Fickle]) -> list[str]:
    """Take the steps, then let everything work; return the keys that were posted."""
    channels = [channel(carrier, name) for name, carrier in carriers.items()]
    posted: list[str] = []
    post.serve(*channels)
    for kind, value in steps:
        if kind == "post":
            what = LIFE[min(sum(key.startswith(f"{value}/") for key in posted), 2)]
            if post.put(notice(str(value), what, at_us=post.now_us)):
                posted.append(f"{value}/{what}")
        elif kind == "later":
            post.later(int(str(value)))
        elif kind == "turn":
            for carrier in carriers.values():
                carrier.outcomes = list(value)  # type: ignore[call-overload]
            post.turn()
        else:
            post.serve(*channels)
    for carrier in carriers.values():
        carrier.outcomes = []
    post.serve(*channels)
    for _ in range(4):
        post.later(900).run()
    return posted


@settings(max_examples=60)
@given(steps=st.lists(STEPS, max_size=30))
def test_whatever_fails_all_is_told_in_order_and_once_in_a_file(
    steps: list[tuple[str, object]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "alerts.jsonl"
        hand, file = Fickle(), FickleFile(path)
        post = Post(Path(folder) / "burnline.db")
        try:
            posted = play(post, steps, {"hand": hand, "file": file})
            states = {name: post.states(name) for name in ("hand", "file")}
        finally:
            post.close()
        file.got = whole_lines(path)
        for name, carrier in (("hand", hand), ("file", file)):
            told = [key for key in posted if states[name][key] == "sent"]
            spared = set(posted) - set(told)
            assert set(told) == set(carrier.got)
            assert {states[name][key] for key in spared} <= {"spared"}
            assert not {key.split("/")[0] for key in spared} & carrier.tried
            for alert in ALERTS:
                firsts = [key for key in dict.fromkeys(carrier.got) if key.startswith(alert)]
                assert firsts == sorted(firsts, key=lambda key: LIFE.index(key.split("/")[1]))
        assert all(times == 1 for times in Counter(file.got).values())


def test_the_property_would_notice_a_carrier_that_forgets_to_look(tmp_path: Path) -> None:
    file = FileCarrier(tmp_path / "alerts.jsonl")
    file.deliver(notice(), again=False)
    file.deliver(notice(), again=False)
    assert Counter(whole_lines(tmp_path / "alerts.jsonl")) == {"A1/opened": 2}
