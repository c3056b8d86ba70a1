"""Which fate each run of a route gets, in the order in which the runs start."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from console.simulate.incidents import Episode, Span
from console.simulate.profile import Fate, RouteProfile
from console.simulate.traffic import moments

ORDINARY = -1
"""The episode index of a miss that belongs to no incident."""
_QUIET_TAIL_US = 24 * 3_600_000_000
"""Ordinary misses keep clear of the last day, so that what is wrong at the end is an incident."""


class Outcome(NamedTuple):
    """What becomes of one run, why (an episode's index, or ORDINARY), and the check at fault."""

    fate: Fate
    episode: int = ORDINARY
    check: str = ""


class Course:
    """The fates of one route's runs, asked for run by run.

    Within an episode misses are dealt out evenly: each run adds its share to a balance, and each
    whole miss in the balance is paid by the next run. So a burn of 15 is a burn of 15 on any seed.
    """

    def __init__(
        self, episodes: list[Episode], ordinary: list[tuple[int, Fate]], rng: Random
    ) -> None:
        self._episodes = episodes
        self._rng = rng
        self._balance = [0.5] * len(episodes)
        marks = [(at, fate, ORDINARY) for at, fate in ordinary]
        for index, episode in enumerate(episodes):
            marks += [(at, fate, index) for at, fate in episode.marks]
        self._marks = sorted(marks, reverse=True)

    def outcome(self, start_us: int) -> Outcome:
        """Return what becomes of the run that starts at `start_us`."""
        if self._marks and self._marks[-1][0] <= start_us:
            _, fate, index = self._marks.pop()
            return Outcome(fate, index)
        for index, episode in enumerate(self._episodes):
            self._balance[index] += episode.share_at(start_us)
            if self._balance[index] >= 1:
                self._balance[index] -= 1
                return Outcome(self._drawn(episode), index, episode.check)
        return Outcome(Fate.GOOD)

    def _drawn(self, episode: Episode) -> Fate:
        point = self._rng.random() * sum(weight for _, weight in episode.fates)
        for fate, weight in episode.fates:
            point -= weight
            if point < 0:
                return fate
        return episode.fates[-1][0]


def ordinary_misses(
    profile: RouteProfile, span: Span, scale: float, rng: Random
) -> list[tuple[int, Fate]]:
    """Place the route's background misses in time; `scale` is its traffic against the nominal.

    A fraction of a miss becomes a whole one by chance, so that the expectation is kept.
    """
    until_us = max(span.from_us, span.to_us - _QUIET_TAIL_US)
    found: list[tuple[int, Fate]] = []
    for fate, nominal in profile.background:
        count = int(nominal * scale + rng.random())
        if until_us > span.from_us:
            window = (span.from_us, until_us)
            found += [(at, fate) for at in moments(profile, window, count, rng)]
    return found
