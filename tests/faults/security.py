"""S1 to S5: what agents write is text, and what we write is ours alone."""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import unicodedata
from typing import TYPE_CHECKING

from tests.collector.running import event
from tests.faults.scenario import Outcome, scenario
from tests.tui.stage import console, press, refresh, screen_text, settle
from tests.tui.test_hostile_text import SIZE, WORD, hostile
from tests.tui.test_real_terminal import EVERY

if TYPE_CHECKING:
    from tests.faults.place import Place

_COMMANDS = (
    "status", "status refunds", "misses --limit 0", "alerts", "audit --limit 0", "doctor",
    "approvals", "silences", "review", "check", "export prometheus", "status --json",
    "misses --json", "audit --json",
)  # fmt: skip
_FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "=cmd|'/C calc'!A0")
_PRIVATE = "find . -type f -perm /077 ! -path './control/*' ! -path './logs/*' ! -path './bin/*'"


def poisoned(place: Place, text: str) -> None:
    """Write lines in which every field that is free text is `text`."""
    path = place.logs / "a.jsonl"
    lines = [
        event("run.started", "r-1"),
        event("check.failed", "r-1", 1, check=text, reason=text, agent=text, id=text),
        event("action.denied", "r-1", 2, action=text, rule=text, reason=text),
        event("approval.requested", "r-2", 2, action=text, agent=text),
        event("rescued", "r-1", 3, by=text),
        event("run.failed", f"r{text}", 3, reason=text),
        event(text, "r-3", 4),
        b"\x1b]0;owned\x07 no JSON at all\n",
        event("run.delivered", "r-4", 5, route=f"route {text}"),
    ]
    path.write_bytes(b"".join(lines))


@scenario(
    "S1",
    "escapes in every field, a file's name, a reason and an operator's name",
    "cp logs/a.jsonl \"logs/$(printf '\\033]52;c;aGk=\\a\\033[2J').jsonl\"; burnline pause refunds "
    "--yes --reason \"$(printf '\\033[2J\\302\\233')\" "
    "--by \"$(printf '\\033]0;o\\a\\342\\200\\256')\"",
)
def escapes(place: Place) -> Outcome:
    poisoned(place, EVERY)
    place.must("burnline init logs --yes")
    assert place.fault().code == 0
    place.collect()
    texts = [place.run(f"burnline {command}") for command in _COMMANDS]
    through = sum(
        unicodedata.category(char) in {"Cc", "Cf"} and char != "\n"
        for done in texts
        for char in done.out + done.err
    )
    shown = sum(len(done.out) for done in texts)
    assert any("owned" in done.out for done in texts), "the texts are not even shown"
    return Outcome(
        f"{shown:,} characters of {len(texts)} commands hold {through} controls",
        written=len(texts),
        lost=through,
        unit="outputs",
    )


@scenario("S2", "markup in every text of the console", f"({WORD} and its like, shown and clicked)")
def markup(place: Place) -> Outcome:
    keys: tuple[tuple[str, ...], ...]
    keys = ((), ("enter",), ("2",), ("3",), ("5",), ("5", "enter"), ("enter", "enter"))
    keys = keys if place.full else keys[:2]
    clicks = [asyncio.run(_clicked(each)) for each in keys]
    happened = f"{len(keys)} screens, {sum(clicks)} clicks on it: it ran nothing and ended nothing"
    return Outcome(happened, written=len(keys), unit="screens")


async def _clicked(keys: tuple[str, ...]) -> int:
    """Open a screen, click on every place of the markup; return how many there were."""
    feed, clicks = hostile(), 0
    async with console(feed).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        for y, text in enumerate(screen_text(pilot).splitlines()):
            if WORD[:10] in text:
                await pilot.click(offset=(text.index(WORD[:10]) + 17, y))
                clicks += 1
        await refresh(pilot)
        assert pilot.app.is_running
        assert feed.orders == []
    return clicks


@scenario(
    "S3",
    "a pattern that backtracks for ever, and a YAML bomb as settings",
    "timeout 60 burnline --settings redos.toml collect --once logs; "
    "timeout 60 burnline --settings bomb.yaml check",
)
def bombs(place: Place) -> Outcome:
    place.agent().deliver(20, reason="a" * 5_000 + "!")
    (place.folder / "redos.toml").write_text('[redact]\npatterns = ["(a+)+$", "(a|aa)+$"]\n')
    levels = "".join(
        f"{a}: &{a} [{','.join(f'*{b}' for _ in range(9))}]\n"
        for b, a in itertools.pairwise("abcdefghi")
    )
    (place.folder / "bomb.yaml").write_text(f"a: &a [lol]\n{levels}")
    done = place.fault()
    assert done.code == 78, done
    assert "20 events read" in done.out
    return place.outcome("20 lines of 5,000 letters redacted by RE2; YAML refused with code 78")


@scenario(
    "S4",
    "formulas and HTML in the names of runs",
    "burnline export csv --misses --out m.csv; burnline review --from 2026-03-01T00:00:00Z "
    "--to 2026-03-09T00:00:00Z --format html --out r.html",
)
def formulas(place: Place) -> Outcome:
    texts = (*_FORMULAS, "<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
    lines = [
        event("run.failed", text, number, reason=text, agent=text)
        for number, text in enumerate(texts)
    ]
    (place.logs / "a.jsonl").write_bytes(b"".join(lines))
    place.collect()
    done = place.fault()
    assert done.code == 0, done.err
    table = (place.folder / "m.csv").read_text(encoding="utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    live = [cell for cell in cells if cell.strip()[:1] in "=+-@＝" and cell.strip()]
    page = (place.folder / "r.html").read_text()
    live += [tag for tag in ("<script", "<img") if tag in page]
    assert len(cells) > 5 * len(texts)
    return Outcome(
        f"{len(cells)} cells and a page of {len(page):,} characters; {len(live)} of them act",
        written=len(texts),
        lost=len(live),
        unit="names",
    )


@scenario(
    "S5",
    "a umask that opens everything",
    "umask 000; burnline init logs --yes; burnline collect --once logs; "
    "burnline pause refunds --reason r --yes",
)
def open_umask(place: Place) -> Outcome:
    place.agent().deliver(20)
    done = place.fault()
    assert done.code == 0, done.err
    written = place.must("find . -type f ! -path './logs/*' ! -path './bin/*'").splitlines()
    wide = [path for path in place.must(_PRIVATE).splitlines() if "burnline.toml" not in path]
    loose = place.must("find control -perm /022").splitlines()
    happened = f"{len(written)} files: store, audit and locks 0600, the control directory 0755"
    return Outcome(happened, written=len(written), lost=len(wide) + len(loose), unit="files")
