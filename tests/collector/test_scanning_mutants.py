"""Seeded mistakes in the scanner: each has to be caught by what `test_scanning` compares."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

from console.collector import scanning
from tests.collector import test_scanned_text, test_scanning

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(not scanning.available(), reason="the scanner is not built")
SOURCES = Path(scanning.__file__).with_name("scan")


class Mutant(NamedTuple):
    """One mistake: in a file of the scanner, what is written instead of what, and who notices."""

    file: str
    right: str
    wrong: str
    noticed_by: Callable[[], None]


_EVENTS = test_scanning.test_every_line_is_the_event_that_it_is_when_read_by_itself
_RUNS = test_scanning.test_a_run_is_made_as_small_and_judged_by_the_same
_EPOCHS = test_scanning.test_an_epoch_number_is_the_instant_that_the_reader_finds
_DOUBLES = test_scanning.test_a_number_is_the_double_that_the_reader_finds
_INSTANTS = test_scanning.test_an_instant_is_the_one_that_the_reader_finds
_TEXTS = test_scanned_text.test_a_text_is_what_the_reader_makes_of_it
_SECRETS = test_scanning.test_a_line_in_which_there_may_be_a_secret_is_handed_back_and_no_other
_DELETED = test_scanning.test_nothing_is_taken_in_where_a_line_may_be_of_a_run_that_was_deleted
MUTANTS = {
    "an escape stands for itself": Mutant("json.c", "*printable = false;", "", _EVENTS),
    "a number may begin with zeros": Mutant(
        "json.c", "zero && cursor->at - first > 1", "false", _DOUBLES
    ),
    "a large power is rounded twice": Mutant(
        "json.c", "power <= MOST_EXACT_POWER)", "power <= 300)", _DOUBLES
    ),
    "too large a number is infinite": Mutant(
        "json.c", "NULL, PyExc_OverflowError", "NULL, NULL", _DOUBLES
    ),
    "sixteen digits are exact": Mutant(
        "json.c", "MOST_EXACT_DIGITS = 15", "MOST_EXACT_DIGITS = 17", _DOUBLES
    ),
    "a name may have any length": Mutant(
        "line.c", "return characters <= limit;", "return true;", _EVENTS
    ),
    "a line may go on behind its object": Mutant(
        "line.c", "return json_peek(&cursor) < 0 && ", "return ", _EVENTS
    ),
    "a time limit may be nothing": Mutant("line.c", "value->number > 0 &&", "", _EVENTS),
    "a blank run is a run": Mutant("block.c", "blank(run) || ", "", _EVENTS),
    "offsets are counted from the block": Mutant("block.c", "block->offset + ", "", _EVENTS),
    "an empty line has no number": Mutant(
        "block.c", "number++) {", "number += at[-1] != '\\n') {", _EVENTS
    ),
    "every fourth year leaps": Mutant("instant.c", "&& (year % 100", "|| (year % 100", _INSTANTS),
    "zones are added": Mutant("instant.c", "seconds - ahead_s", "seconds + ahead_s", _INSTANTS),
    "milliseconds are longer": Mutant("instant.c", "? 1000\n", "? 1001\n", _EPOCHS),
    "any number is a double": Mutant("instant.c", "if (number->count <= 15)", "if (1)", _EPOCHS),
    "ties are in order": Mutant(
        "usual.c", "told[place - 1].at_us == run", "told[place - 1].at_us > run", _RUNS
    ),
    "a distrusted end is usual": Mutant("usual.c", "end->distrusted || ", "", _RUNS),
    "actions out of scope are usual": Mutant(
        "usual.c", "if (run->told[place].out_of_scope)", "if (0)", _RUNS
    ),
    "a failed check may stand": Mutant(
        "usual.c", "met['f'] && last == 'd' && check", "0 && check", _RUNS
    ),
    "any answer answers any request": Mutant(
        "usual.c", "letter == 'g' && span_equals(wanted, text_of(run, told, told->action))",
        "letter == 'g'", _RUNS,
    ),
    "the last doubt counts": Mutant(
        "usual.c", "since_us = since_us < 0 ? told->at_us : since_us;\n        else if (since_us",
        "since_us = told->at_us;\n        else if (since_us", _RUNS,
    ),
    "half a millionth is rounded up": Mutant(
        "usual.c", "(rest == 0.5 && whole % 2)", "rest == 0.5", _RUNS
    ),
    "what nobody counted is nothing": Mutant(
        "usual.c", "counted ? PyLong_FromLongLong(tokens) : Py_NewRef(Py_None)",
        "PyLong_FromLongLong(tokens)", _RUNS,
    ),
    "a text is kept with its escapes": Mutant(
        "text.c", "character = escaped(&at);", "character = '\\\\';", _TEXTS
    ),
    "what controls a terminal is kept": Mutant(
        "text.c", "character < 0x20 || character == 0x7f", "character == 0", _TEXTS
    ),
    "marks pile up": Mutant("text.c", "marks > MOST_MARKS", "false", _TEXTS),
    "names are not looked at": Mutant(
        "doubts.c", "named ? item->run_name : NOTHING_SAID", "NOTHING_SAID", _SECRETS
    ),
    "what is doubtful is kept": Mutant("doubts.c", "item->plain = !found;", "", _SECRETS),
    "the first parent counts": Mutant(
        "block.c", "item->plain = span_equals(known, item->parent);", "", _EVENTS
    ),
    "parents are not looked at": Mutant(
        "doubts.c", "NOTHING_SAID, item->parent, rest_of", "NOTHING_SAID, NOTHING_SAID, rest_of",
        _SECRETS,
    ),
    "deleted runs are read again": Mutant(
        "block.c", "scan->items[place].told.at_us <= floor_us", "false", _DELETED
    ),
}  # fmt: skip


def compiled(folder: Path, mutant: Mutant | None) -> None:
    """Build the scanner in a folder, with a mistake or without."""
    sources = folder / "scan"
    shutil.copytree(SOURCES, sources)
    if mutant is not None:
        text = (sources / mutant.file).read_text()
        assert text.count(mutant.right) == 1, mutant.right
        (sources / mutant.file).write_text(text.replace(mutant.right, mutant.wrong))
    command = ["cc", "-std=c11", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}"]
    subprocess.run(
        [*command, "-o", folder / "_scan.so", *sorted(sources.glob("*.c"))],
        check=True,
        capture_output=True,
    )


def seen_by(folder: Path, check: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Make a check of the scanner that is built in a folder."""
    name = "console.collector._scan"
    spec = importlib.util.spec_from_file_location(name, folder / "_scan.so")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    patch.setattr(scanning, "Scanner", module.Scanner)
    if hasattr(check, "hypothesis"):
        quick = settings(
            max_examples=3_000,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        )
        patch.setattr(check, "_hypothesis_internal_use_settings", quick)
    check()


@pytest.mark.parametrize("name", MUTANTS)
def test_a_seeded_mistake_is_caught(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant = MUTANTS[name]
    compiled(tmp_path, mutant)
    with pytest.raises((AssertionError, BaseExceptionGroup)):  # the group is of several examples
        seen_by(tmp_path, mutant.noticed_by, monkeypatch)


def test_the_scanner_without_a_mistake_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled(tmp_path, None)
    seen_by(tmp_path, _DELETED, monkeypatch)
    seen_by(tmp_path, _SECRETS, monkeypatch)
