"""`gate`: may this happen now? The control file answers, and a broken one never says yes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.shell import Done, Shell

START = ["--start"]
SEND = ["--action", "refund.send"]
PROMPT = ["--change", "prompt"]
ORDERS = {
    "none": [],
    "freeze": ["freeze", "refunds", "--change", "prompt"],
    "tighten": ["tighten", "refunds", "--action", "refund.send"],
    "reduce": ["reduce", "refunds", "--allow", "refund.look"],
    "pause": ["pause", "refunds"],
    "halt": ["pause", "refunds", "--no-drain"],
    "elsewhere": ["pause", "another"],
}


def ordered(shell: Shell, *orders: str) -> None:
    assert shell("init", "--yes").code == 0
    for order in orders:
        if ORDERS[order]:
            assert shell(*ORDERS[order], "--reason", "to see").code == 0


def gate(shell: Shell, *arguments: str) -> Done:
    return shell("gate", "refunds", *arguments)


@pytest.mark.parametrize(
    ("order", "asked", "code"),
    [
        ("none", START, 0),
        ("none", SEND, 0),
        ("none", PROMPT, 0),
        ("freeze", START, 0),
        ("freeze", SEND, 0),
        ("freeze", PROMPT, 1),
        ("freeze", ["--change", "model"], 0),
        ("tighten", START, 0),
        ("tighten", SEND, 3),
        ("tighten", ["--action", "refund.look"], 0),
        ("reduce", START, 0),
        ("reduce", SEND, 1),
        ("reduce", ["--action", "refund.look"], 0),
        ("pause", START, 1),
        ("pause", SEND, 0),
        ("halt", START, 1),
        ("halt", SEND, 1),
        ("elsewhere", START, 0),
    ],
)
def test_the_exit_code_is_the_answer(shell: Shell, order: str, asked: list[str], code: int) -> None:
    ordered(shell, order)
    done = gate(shell, *asked)
    assert done.code == code
    assert done.out.startswith("yes: " if code == 0 else "no: ")
    assert gate(shell, *asked, "--json").code == code


def test_of_several_questions_the_strictest_answer_counts(shell: Shell) -> None:
    ordered(shell, "tighten", "freeze")
    assert gate(shell, *START, *SEND).code == 3
    assert gate(shell, *START, *SEND, *PROMPT).code == 1


def test_a_route_that_no_order_ever_named_is_open_and_the_gate_says_so(shell: Shell) -> None:
    ordered(shell, "pause")
    done = shell("gate", "refunsd", *START)
    assert done.code == 0
    assert done.out.splitlines()[1:] == [
        "note: no order has ever named the route refunsd, so it is open; nearest: refunds"
    ]
    assert "nearest: refunds" in shell("gate", "refunsd", *START, "--json").document["note"]
    assert shell("gate", "payroll", *START).out.endswith("named the route payroll, so it is open\n")
    assert gate(shell, *START, "--json").document["note"] is None


def test_no_says_which_order_and_why(shell: Shell) -> None:
    ordered(shell, "pause")
    done = gate(shell, *START, "--json")
    assert done.document["outcome"] == "paused"
    assert "to see" in done.document["reason"]
    assert done.document["directive"].startswith("d-")


def spoil_checksum(text: str) -> str:
    return text.replace("to see", "never mind")


@pytest.mark.parametrize(
    "spoil",
    [None, lambda _: "", lambda text: text[:-30], lambda _: "{}", spoil_checksum, lambda _: "\x00"],
    ids=["missing", "empty", "cut", "no schema", "edited", "zeros"],
)
@pytest.mark.parametrize(
    ("on_fault", "code"), [("closed", 6), ("approval", 3), ("last_known", 3), ("", 6)]
)
def test_a_control_file_at_fault_is_never_no_restrictions(
    shell: Shell, spoil: object, on_fault: str, code: int
) -> None:
    ordered(shell, "pause")
    if callable(spoil):
        shell.control.write_text(spoil(shell.control.read_text()))
    else:
        shell.control.unlink()
    asked = [*START, *(["--on-fault", on_fault] if on_fault else [])]
    done = gate(shell, *asked)
    assert done.code == code
    assert "at fault" in done.out
    assert gate(shell, *asked, "--json").document["fault"]


@pytest.mark.parametrize(
    ("tier", "code"), [("critical", 6), ("high", 6), ("medium", 3), ("low", 3)]
)
def test_a_file_that_is_not_refreshed_in_time_is_at_fault(
    shell: Shell, tier: str, code: int
) -> None:
    shell.settings(f'[control]\nstale_after = "10m"\n[route.refunds]\ntier = "{tier}"\n')
    ordered(shell, "freeze")
    issued = json.loads(shell.control.read_text())["issued_at"]
    assert gate(shell, *SEND).code == 0
    later = issued.replace("20", "21", 1)
    done = shell("--as-of", later, "gate", "refunds", *START, *SEND)
    assert done.code == code


def test_the_gate_reads_the_control_file_only(shell: Shell) -> None:
    ordered(shell, "pause")
    shell.store.unlink()
    shell.settings("nonsense")
    assert gate(shell, *START).code == 1


def test_a_generation_that_was_put_back_says_no_to_who_never_read_the_newer_one(
    shell: Shell,
) -> None:
    ordered(shell, "pause")
    control = shell.control
    (control.parent / "generations" / "1.json").rename(control.parent / "kept")
    control.write_bytes((control.parent / "kept").read_bytes())
    done = gate(shell, *START)
    assert done.code == 6
    assert "it was put back" in done.out


@pytest.mark.parametrize("harm", ["delete", "empty", "tear", "put back"])
def test_doctor_says_what_happened_to_the_control_file(shell: Shell, harm: str) -> None:
    ordered(shell, "pause")
    control = shell.control
    whole, first = control.read_bytes(), control.parent / "generations" / "1.json"
    if harm == "delete":
        control.unlink()
    else:
        left = {"empty": b"", "tear": whole[:-20], "put back": first.read_bytes()}[harm]
        control.write_bytes(left)
    done = shell("doctor", "--json")
    (found,) = (one for one in done.document["findings"] if one["subject"] == "control")
    assert (done.code, found["good"]) == (1, False)


def test_a_whole_control_file_is_well(shell: Shell) -> None:
    ordered(shell, "pause")
    done = shell("doctor", "--json")
    (found,) = (one for one in done.document["findings"] if one["subject"] == "control")
    assert found["good"]
