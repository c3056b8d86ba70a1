"""Signed control files: agents that have the public key believe the operator's key and no other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from console.agent import Guard, RoutePaused
from console.agent.adapters.signature import verifier
from console.agent.document import checksum
from console.collector.upkeep import Upkeep
from console.control.file import ControlError, ControlFile
from console.control.signing import control_file, create, signer
from console.control.unstored import restrict
from console.model import SECOND_US, DirectiveKind
from console.store import desk
from tests.control.stage import NOON_US, ROUTE, SETTINGS, Stage, order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "signing.pem"
    create(path)
    return path


class Signed(Stage):
    """A stage whose settings name a key."""

    def __init__(self, folder: Path, key: Path | None) -> None:
        super().__init__(folder, msgspec.structs.replace(SETTINGS, signing_key=key))

    @property
    def file(self) -> ControlFile:
        return control_file(self.path, self.settings)

    def guard(self, key: Path) -> Guard:
        public = key.with_name(key.name + ".pub")
        return Guard(
            self.path, ROUTE, "worker-1", verify=verifier(public), watch=False,
            state_dir=self.path.parent.parent / "state",
        )  # fmt: skip

    def forge(self, **fields: object) -> None:
        """Write what somebody without the key can: anything with a right checksum."""
        document = self.raw() | fields
        document["checksum"] = checksum(document)
        self.path.write_bytes(json.dumps(document).encode())


@pytest.fixture
def stage(tmp_path: Path, key: Path) -> Iterator[Signed]:
    found = Signed(tmp_path, key)
    found.initialise()
    yield found
    found.close()


def test_an_agent_with_the_public_key_obeys_what_is_signed(stage: Signed, key: Path) -> None:
    stage.guard(key).check_start()
    stage.desk.give(order(DirectiveKind.PAUSE), NOON_US)
    with pytest.raises(RoutePaused, match="paused by order"):
        stage.guard(key).check_start()


@pytest.mark.parametrize("fields", [{"routes": {}}, {"generation": 9}, {"signature": ""}])
def test_what_was_not_signed_by_the_key_is_a_fault(
    stage: Signed, key: Path, fields: dict[str, object]
) -> None:
    stage.forge(**fields)
    with pytest.raises(RoutePaused, match="signature"):
        stage.guard(key).check_start()


def test_another_key_is_a_fault(stage: Signed, tmp_path: Path) -> None:
    other = tmp_path / "keys" / "other.pem"
    create(other)
    with pytest.raises(RoutePaused, match="signature"):
        stage.guard(other).check_start()


def test_a_refresh_is_signed_anew(stage: Signed, key: Path) -> None:
    control_file(stage.path, stage.settings).refresh(NOON_US + 1)
    stage.guard(key).check_start()


def test_switching_the_signature_on_signs_what_stands_without_a_new_generation(
    tmp_path: Path, key: Path
) -> None:
    before = Signed(tmp_path, None)
    before.initialise()
    before.close()
    after = Signed(tmp_path, key)
    file = control_file(after.path, after.settings)
    assert not file.signed()
    file.refresh(NOON_US)
    assert file.signed()
    assert after.read().generation == 1
    after.guard(key).check_start()
    after.close()


def test_switching_it_off_leaves_no_old_signature(tmp_path: Path, stage: Signed) -> None:
    plain = Signed(tmp_path, None)
    plain.desk.give(order(DirectiveKind.PAUSE), NOON_US)
    assert "signature" not in plain.raw()
    plain.close()


def test_a_key_that_others_can_read_is_refused(stage: Signed, key: Path) -> None:
    key.chmod(0o640)
    with pytest.raises(ControlError, match="chmod 600"):
        stage.desk.give(order(DirectiveKind.PAUSE), NOON_US)


def test_a_key_in_the_control_directory_is_refused(stage: Signed) -> None:
    inside = stage.path.parent / "signing.pem"
    with pytest.raises(ControlError, match="move it away"):
        signer(inside, stage.path)


@pytest.mark.parametrize("content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\n"])
def test_what_is_no_key_is_said(stage: Signed, key: Path, content: bytes) -> None:
    key.write_bytes(content)
    with pytest.raises(ControlError, match="burnline signing-key"):
        signer(key, stage.path)


def test_a_missing_key_is_said_and_nothing_is_written(stage: Signed, key: Path) -> None:
    key.unlink()
    with pytest.raises(ControlError, match="No such file"):
        stage.desk.give(order(DirectiveKind.PAUSE), NOON_US)
    assert stage.read().generation == 1


def test_a_new_key_is_the_operator_s_alone_and_overwrites_nothing(key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ControlError, match="nothing is overwritten"):
        create(key)


def test_a_file_that_is_no_public_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.pub").write_text("nothing")
    with pytest.raises(ValueError):
        verifier(tmp_path / "x.pub")


def plant(stage: Signed) -> bytes:
    """Write a next generation as somebody without the key can, into both places."""
    stage.forge(generation=2, routes={})
    planted = stage.path.read_bytes()
    stage.generation(2).write_bytes(planted)
    return planted


def test_a_planted_generation_is_tampering_and_the_collector_does_not_sign_it(
    stage: Signed, key: Path
) -> None:
    stage.desk.reconcile(NOON_US)
    planted = plant(stage)
    keeping = Upkeep(
        stage.writer, stage.path, msgspec.structs.replace(stage.settings, stale_after_us=SECOND_US)
    )
    for second in range(30):
        keeping.look(NOON_US + second * SECOND_US, ())
    assert "not signed by the key" in desk.fact(stage.writer.connection, "tampering")
    assert stage.path.read_bytes() == planted
    with pytest.raises(RoutePaused, match="signature"):
        stage.guard(key).check_start()


def test_no_order_is_built_on_a_planted_generation(stage: Signed) -> None:
    plant(stage)
    with pytest.raises(ControlError, match="generation 2 was not signed"):
        stage.desk.give(order(), NOON_US)
    with pytest.raises(ControlError, match="generation 2 was not signed"):
        restrict(stage.file, stage.settings, order(), NOON_US)
    stage.generation(2).unlink()
    assert stage.desk.give(order(), NOON_US).generation == 2
