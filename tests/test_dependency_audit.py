"""The audit of dependencies fails for a known flaw, and says what stands in for data."""

from __future__ import annotations

import json
import runpy
from typing import Any

import pytest

from .skips import ROOT

AUDIT = runpy.run_path(str(ROOT / ".ci" / "audit.py"))
LOCK = r"""# made
a==1.0 \
    --hash=sha256:aa \
    --hash=sha256:bb
    # via c
b-c==2.0 \
    --hash=sha256:cc
"""
FLAW = {"id": "PYSEC-1", "fix_versions": ["1.1"], "aliases": [], "description": "..."}


def report(*items: dict[str, Any]) -> str:
    return json.dumps({"dependencies": items, "fixes": []})


def audited(name: str, *flaws: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": list(flaws)}


UNKNOWN = {"name": "b-c", "skip_reason": "Dependency not found"}


def test_a_known_vulnerability_fails_and_names_its_fix() -> None:
    code, words = AUDIT["judged"](report(audited("a", FLAW), UNKNOWN), LOCK)
    assert (code, words) == (1, "known vulnerabilities:\n  a 1.0: PYSEC-1, fixed in 1.1")


def test_all_known_and_none_vulnerable_passes() -> None:
    found = AUDIT["judged"](report(audited("a"), audited("b-c")), LOCK)
    assert found == (0, "no known vulnerability in 2 dependencies")


@pytest.mark.parametrize(
    ("said", "lacking"), [("", 2), ("[]", 2), ("{", 2), (report(audited("a"), UNKNOWN), 1)]
)
def test_without_data_the_hashes_stand_in_and_that_is_said(said: str, lacking: int) -> None:
    code, words = AUDIT["judged"](said, LOCK)
    assert code == 0
    assert words.startswith(f"no vulnerability data for {lacking} of 2 dependencies here")


@pytest.mark.parametrize("extra", ["d==3.0", "d>=3.0 --hash=sha256:dd", "d"])
def test_a_requirement_without_version_or_hash_fails(extra: str) -> None:
    name = extra.partition(" ")[0]
    code, words = AUDIT["judged"]("", f"{LOCK}{extra}\n")
    assert (code, words) == (1, f"constraints.txt has no hash for {name}; make it anew")


def test_the_lock_of_this_project_has_a_hash_for_everything() -> None:
    assert AUDIT["without_hash"]((ROOT / "constraints.txt").read_text("utf-8")) == []
