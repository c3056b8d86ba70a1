"""What was changed in the control directory by other hands is said, in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.agent.document import checksum
from console.control.directives import ControlError
from console.model import MINUTE_US
from console.settings import Settings
from console.settings.tiers import BUILT_IN
from tests.control.stage import NOON_US, Stage, order

ELSEWHERE_US = NOON_US + MINUTE_US


@pytest.fixture
def paused(stage: Stage) -> Stage:
    """Return a stage with a pause in generation 2."""
    stage.desk.give(order(), NOON_US)
    assert stage.file.tampering(stage.digest()) == ""
    return stage


def edited(path: Path, change: Callable[[dict[str, Any]], object], *, sealed: bool) -> None:
    """Edit a document, with or without putting its checksum right."""
    document = json.loads(path.read_bytes())
    change(document)
    if sealed:
        document["checksum"] = checksum(document)
    path.write_text(json.dumps(document))


def opened(document: dict[str, Any]) -> None:
    """Take the orders out of a document."""
    document["routes"]["refunds"] |= {"state": "open", "directives": []}


def test_an_edited_control_file_is_said_to_have_a_wrong_checksum(paused: Stage) -> None:
    edited(paused.path, opened, sealed=False)
    assert paused.file.tampering(paused.digest()).startswith("control.json: its checksum is wrong")


def test_an_edited_and_resealed_control_file_is_not_as_written(paused: Stage) -> None:
    edited(paused.path, opened, sealed=True)
    said = "control.json is not generation 2 as written"
    assert paused.file.tampering(paused.digest()) == said


def test_an_older_control_file_is_not_the_newest_generation(paused: Stage) -> None:
    paused.path.write_bytes(paused.generation(1).read_bytes())
    said = "control.json is not generation 2 as written"
    assert paused.file.tampering(paused.digest()) == said


def test_a_deleted_control_file_is_missed(paused: Stage) -> None:
    paused.path.unlink()
    assert paused.file.tampering(paused.digest()) == "control.json: No such file or directory"


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "it is empty"), (b"[]", "not an object"), (b"{", "not JSON")]
)
def test_a_replaced_control_file_is_said_to_be_none(
    paused: Stage, content: bytes, words: str
) -> None:
    paused.path.write_bytes(content)
    said = paused.file.tampering(paused.digest())
    assert said.startswith("control.json: ")
    assert words in said


def test_an_edited_generation_is_named(paused: Stage) -> None:
    edited(paused.generation(2), opened, sealed=False)
    assert "2.json: its checksum is wrong" in paused.file.tampering(paused.digest())


def test_an_edited_and_resealed_generation_is_not_what_was_written(paused: Stage) -> None:
    for path in (paused.generation(2), paused.path):
        edited(path, opened, sealed=True)
    said = "generation 2 is not what was written"
    assert paused.file.tampering(paused.digest()) == said


def test_a_planted_newer_generation_is_not_what_was_written(paused: Stage) -> None:
    paused.generation(3).write_bytes(paused.generation(2).read_bytes())
    edited(paused.generation(3), lambda document: document.update(generation=3), sealed=True)
    said = "generation 3 is not what was written"
    assert paused.file.tampering(paused.digest()) == said


def test_a_deleted_newest_generation_is_noticed(paused: Stage) -> None:
    paused.generation(2).unlink()
    said = "generation 1 is not what was written"
    assert paused.file.tampering(paused.digest()) == said


def test_generations_that_are_all_gone_are_noticed(paused: Stage) -> None:
    for number in (1, 2):
        paused.generation(number).unlink()
    assert paused.file.tampering(paused.digest()) == "its generations are gone"


def test_a_refresh_in_between_is_no_tampering(paused: Stage) -> None:
    paused.file.refresh(ELSEWHERE_US)
    assert paused.file.tampering(paused.digest()) == ""


@pytest.mark.parametrize("field", ["issued_at", "issued_by", "stale_after_s", "grace_s"])
def test_every_field_but_the_time_of_the_refresh_counts(paused: Stage, field: str) -> None:
    values = {"issued_at": "2026-01-01T00:00:00Z", "issued_by": "mallory"}
    edited(paused.path, lambda found: found.update({field: values.get(field, 5.0)}), sealed=True)
    said = "control.json is not generation 2 as written"
    assert paused.file.tampering(paused.digest()) == said


def test_where_nothing_was_ever_written_there_is_nothing_to_tamper_with(
    enter: Callable[..., Stage],
) -> None:
    assert enter().file.tampering("") == ""


def test_a_lift_that_could_not_be_written_is_no_tampering(
    paused: Stage, enter: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = enter(Settings(tiers=dict(BUILT_IN)))  # where the route does something else on a fault
    pause = paused.stored()[0]
    monkeypatch.setattr("os.link", _refused)
    with pytest.raises(ControlError):
        other.desk.lift(pause, by="dana", reason="well", overridden=True, now_us=NOON_US)
    assert paused.file.tampering(paused.digest()) == ""


def _refused(*_: object, **__: object) -> None:
    raise PermissionError(1, "Operation not permitted")
