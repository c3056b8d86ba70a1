"""The table of faults in the README names what the scenarios play, and nothing else."""

from __future__ import annotations

import re

import pytest

from tests.faults import readme
from tests.faults.rows import BARRED, ROWS, SCENARIOS
from tests.faults.scenario import ROOT, Outcome

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
TABLE = TEXT.partition(readme.BEGINS)[2].partition(readme.ENDS)[0].strip()


def cells(table: str) -> list[list[str]]:
    """Return the rows of a table below its head, cell by cell."""
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in table.splitlines()[2:]
    ]


def test_the_readme_names_the_same_rows_faults_and_commands_in_order() -> None:
    named = [tuple(row[:3]) for row in cells(TABLE)]
    expected = [
        *(readme.cells_of(item) for item in SCENARIOS),
        *((item.row, item.fault, "") for item in BARRED),
    ]
    assert named == sorted(expected, key=lambda row: ROWS.index(row[0]))


def test_no_row_of_the_readme_lost_what_it_does_not_say_or_counted_twice() -> None:
    played = [row for row in cells(TABLE) if not row[3].startswith("not here")]
    assert len(played) == len(SCENARIOS)
    for row in played:
        found = re.fullmatch(r"([\d,]+) of ([\d,]+) [a-z]+(?:; ([\d,]+) said)?", row[4])
        assert found is not None, row
        assert found[1] == (found[3] or "0"), row
        assert int(found[2].replace(",", "")) > 0
        assert row[5] == "0"
        assert re.search(r"\d", row[3]), f"no figure: {row}"


def test_a_table_is_put_between_its_marks_only() -> None:
    text = f"before\n{readme.BEGINS}\n\nold\n\n{readme.ENDS}\nafter\n"
    assert readme.rewritten(text, "new") == text.replace("old", "new")
    with pytest.raises(ValueError, match="needs one line"):
        readme.rewritten("no marks", "new")


def test_a_lost_line_stands_in_the_table_with_how_many_are_said() -> None:
    outcomes = {item.name: Outcome("9 | of", 10, 3, 0, 3, 3) for item in SCENARIOS}
    found = cells(readme.table(outcomes))
    assert found[0][3:] == [r"9 \| of", "3 of 10 lines; 3 said", "0"]


def test_rows_that_are_not_played_keep_their_line() -> None:
    every = {item.name: Outcome("9 of", 10) for item in SCENARIOS}
    before = readme.table(every)
    one = SCENARIOS[3].name
    after = readme.table({one: Outcome("8 of", 10)}, before)
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert len(changed) == 1
    assert "8 of" in changed[0]
    with pytest.raises(ValueError, match="has to be played too"):
        readme.table({one: Outcome("8 of", 10)}, "")
