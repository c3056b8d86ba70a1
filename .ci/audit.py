"""Audit the locked dependencies: fail where one has a known vulnerability.

`python .ci/audit.py [FOLDER]` keeps pip-audit in FOLDER and asks it about constraints.txt. Where no
vulnerability data can be had, the hashes of the lock stand in for it: every file that is installed
is then one that was there when the lock was made, and every requirement must have a hash.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parent.parent / "constraints.txt"
TOOL = "pip-audit==2.10.1"


def judged(report: str, lock: str) -> tuple[int, str]:
    """Return the exit code and a sentence, from pip-audit's JSON and the text of the lock."""
    try:
        asked = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        asked = []
    known = [item for item in asked if "vulns" in item]
    found = [
        f"{item['name']} {item['version']}: {flaw['id']}, fixed in "
        + (", ".join(flaw["fix_versions"]) or "no version yet")
        for item in known
        for flaw in item["vulns"]
    ]
    if found:
        return 1, "known vulnerabilities:\n  " + "\n  ".join(found)
    bare = without_hash(lock)
    if bare:
        return 1, f"constraints.txt has no hash for {', '.join(bare)}; make it anew"
    count = len(re.findall(r"^[\w.-]+==", lock, re.MULTILINE))
    if len(known) == count:
        return 0, f"no known vulnerability in {count} dependencies"
    return 0, (
        f"no vulnerability data for {count - len(known)} of {count} dependencies here; "
        "each is held to its hash in constraints.txt"
    )


def without_hash(lock: str) -> list[str]:
    """Return the requirements of a lock that are not pinned to a version with a hash."""
    joined = re.sub(r"\\\n", " ", lock)
    wanted = [
        line for line in joined.splitlines() if line.strip() and not line.startswith(("#", " "))
    ]
    return [line.split()[0] for line in wanted if "==" not in line or "--hash=sha256:" not in line]


def report(folder: Path) -> str:
    """Return what pip-audit says of the lock, installed where it is not there; "" for nothing."""
    program = folder / "bin" / "pip-audit"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=False)
        subprocess.run(
            [sys.executable, "-m", "pip", "--python", folder, "install", "--quiet",
             "--disable-pip-version-check", TOOL],
            check=False,
        )  # fmt: skip
    if not program.exists():
        return ""
    asking = [program, "--require-hashes", "--disable-pip", "-r", LOCK, "-f", "json"]
    done = subprocess.run(
        [*asking, "--progress-spinner", "off"], check=False, capture_output=True, text=True
    )
    return done.stdout


if __name__ == "__main__":
    code, sentence = judged(report(Path(sys.argv[1])), LOCK.read_text("utf-8"))
    sys.stdout.write(f"{sentence}\n")
    sys.exit(code)
