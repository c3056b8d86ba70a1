"""The characters that the console draws with: one set for any modern terminal, one of ASCII."""

from __future__ import annotations

from typing import NamedTuple


class Glyphs(NamedTuple):
    """One set of characters; each is one cell wide unless its name says otherwise.

    `bar` are the cells of a gauge: empty, half, full. `braille` says whether a curve may
    be drawn in braille dots.
    """

    cursor: str
    none: str
    dash: str
    dot: str
    arrow: str
    ellipsis: str
    done: str
    waiting: str
    failed: str
    upward: str
    downward: str
    rising: str
    falling: str
    bar: str
    rest: str
    step: str
    over: str
    beyond: str
    rule: str
    point: str
    even: str
    order: str
    lift: str
    change: str
    correction: str
    braille: bool
    hard_stop: str
    page: str
    spent: str
    no_data: str
    stale: str
    ticket: str
    at_risk: str
    healthy: str


UNICODE = Glyphs(
    cursor="▌",
    none="–",
    dash="—",
    dot="·",
    arrow="→",
    ellipsis="…",
    done="✓",
    waiting="○",
    failed="✗",
    upward="▲",
    downward="▼",
    rising="↑",
    falling="↓",
    bar=" ╸━",
    rest="╌",
    step="┼",
    over="▒",
    beyond="◂",
    rule="─",
    point="•",
    even="·",
    order="■",
    lift="□",
    change="◆",
    correction="≈",
    braille=True,
    hard_stop="■",
    page="▲",
    spent="◆",
    no_data="?",
    stale="~",
    ticket="△",
    at_risk="◇",
    healthy="●",
)

ASCII = Glyphs(
    cursor=">",
    none="-",
    dash="-",
    dot="-",
    arrow=">",
    ellipsis="~",
    done="x",
    waiting="o",
    failed="!",
    upward="^",
    downward="v",
    rising="^",
    falling="v",
    bar=" ==",
    rest=".",
    step="|",
    over="<",
    beyond="<",
    rule="-",
    point="*",
    even=".",
    order="#",
    lift="o",
    change="*",
    correction="~",
    braille=False,
    hard_stop="#",
    page="!",
    spent="$",
    no_data="?",
    stale="~",
    ticket="^",
    at_risk="+",
    healthy="o",
)
