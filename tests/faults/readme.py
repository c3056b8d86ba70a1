"""The table of faults in the README, between two marks that only this module knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.rows import BARRED, ROWS, SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.faults.scenario import Outcome, Scenario

BEGINS = "<!-- faults: begins; written by python -m tests.faults --readme -->"
ENDS = "<!-- faults: ends -->"
_HEAD = ("", "fault", "produced by", "what happened", "lost", "counted twice")


def table(outcomes: Mapping[str, Outcome], before: str = "") -> str:
    """Return the table of all rows, given the outcomes of scenarios by name.

    Those that have none keep the line that they have in the table before.

    Raises:
        ValueError: a scenario has neither an outcome nor a line.
    """
    lines = [_line(_HEAD), _line(("---",) * len(_HEAD))]
    for item in SCENARIOS:
        begins = _line(cells_of(item)).removesuffix("|")
        kept = [line for line in before.splitlines() if line.startswith(begins)]
        if item.name in outcomes:
            lines.append(_line((*cells_of(item), *_figures(outcomes[item.name]))))
        elif kept:
            lines.append(kept[0])
        else:
            raise ValueError(f"{item.row} ({item.fault}) has to be played too")
    lines += [
        _line((item.row, item.fault, "", f"not here: {item.reason}", "", "")) for item in BARRED
    ]
    head, rows = lines[:2], lines[2:]
    rows.sort(key=lambda line: ROWS.index(line.split("|")[1].strip()))
    return "\n".join((*head, *rows))


def cells_of(played: Scenario) -> tuple[str, str, str]:
    """Return the cells that say which fault it is: row, fault, and the command as it is run."""
    by_shell = not played.command.startswith("(")
    command = f"`{played.command}`" if by_shell else played.command[1:-1]
    return played.row, played.fault, command.replace("|", r"\|")


def _figures(outcome: Outcome) -> tuple[str, str, str]:
    lost = f"{outcome.lost:,} of {outcome.written:,} {outcome.unit}"
    if outcome.said:
        lost += f"; {outcome.said:,} said"
    return outcome.happened.replace("|", r"\|"), lost, f"{outcome.twice:,}"


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def rewritten(text: str, table: str) -> str:
    """Return a README with another table between its marks.

    Raises:
        ValueError: it does not have both marks, once each, in their order.
    """
    head, begins, rest = text.partition(BEGINS)
    _, ends, tail = rest.partition(ENDS)
    if not begins or not ends or BEGINS in rest or ENDS in tail:
        raise ValueError(f"the README needs one line {BEGINS!r} and after it one line {ENDS!r}")
    return f"{head}{BEGINS}\n\n{table}\n\n{ENDS}{tail}"


def rewrite(path: Path, outcomes: Mapping[str, Outcome]) -> None:
    """Put outcomes into the table of a README. Raises ValueError as `table` and `rewritten` do."""
    text = path.read_text(encoding="utf-8")
    before = text.partition(BEGINS)[2].partition(ENDS)[0]
    path.write_text(rewritten(text, table(outcomes, before)), encoding="utf-8")
