"""The same review in every format; text from logs stays text in each."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from console.review import html, markdown, terminal
from console.review.layout import layout
from console.review.page import Block, Bullets, Chart, Command, Grid, Heading, Prose
from console.review.types import Mark
from tests.review.conftest import Fleet
from tests.review.fleets import SAMPLE

HOSTILE = "<script>alert('x')</script> & \"y\" | **z** <img src=http://evil>"
VOID = {"meta"}


def hostile() -> list[Block]:
    """Return one block of each kind, full of markup."""
    return [
        Heading(2, HOSTILE),
        Prose(HOSTILE, strong=True),
        Bullets((HOSTILE,)),
        Command(HOSTILE),
        Grid((HOSTILE, "b"), ((HOSTILE, HOSTILE),)),
        Chart(HOSTILE, ((20_000, 900_000), (20_001, -50_000)), (Mark(1, "k", HOSTILE),)),
        Chart(HOSTILE, ((20_000, 900_000),), (Mark(20_000 * 86_400_000_000 + 5, "k", HOSTILE),)),
    ]


class Page(HTMLParser):
    """Collects the tags, attributes and words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parsed(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    return page


@pytest.mark.parametrize("kind", ["hostile", "review"])
def test_the_page_is_whole_and_asks_for_nothing(fleet: Fleet, kind: str) -> None:
    blocks = layout(fleet.review) if kind == "review" else hostile()
    text = html.render(blocks)
    page = parsed(text)
    assert {"script", "img", "link", "iframe"}.isdisjoint(page.tags)
    names = {name for name, _ in page.attributes}
    assert {"src", "style"}.isdisjoint(names)
    links = [value or "" for name, value in page.attributes if name == "href"]
    assert all(re.fullmatch(r"#r\d+", link) for link in links)
    assert len(links) == (len(fleet.review.routes) if kind == "review" else 0)
    assert not [name for name in names if name.startswith("on")]
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert "url(" not in text
    assert "@import" not in text


def test_markup_in_a_log_is_shown_as_it_is() -> None:
    page = parsed(html.render(hostile()))
    assert "".join(page.words).count(HOSTILE) >= 6


def test_markdown_makes_no_markup_of_what_a_log_says() -> None:
    text = markdown.render([block for block in hostile() if not isinstance(block, Command)])
    assert not re.search(r"(?<!\\)<", text)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3}


def test_every_format_names_every_route_and_its_verdict(fleet: Fleet) -> None:
    blocks = layout(fleet.review)
    for render in (terminal.render, html.render):
        text = render(blocks)
        for view in fleet.review.routes:
            assert view.settings.name in text
            assert f"Verdict: {view.verdict.verdict}." in text
    assert "\x1b" not in terminal.render(blocks)


def test_no_line_for_the_terminal_is_wider_than_it_reads_well(fleet: Fleet) -> None:
    commands = {
        f"    $ {block.text}" for block in layout(fleet.review) if isinstance(block, Command)
    }
    lines = set(terminal.render(layout(fleet.review)).splitlines()) - commands
    assert max(map(len, lines)) <= 120


def test_the_picture_in_the_readme_is_there_and_small() -> None:
    assert "(sample_logs/review.png)" in (SAMPLE.parent / "README.md").read_text(encoding="utf-8")
    content = (SAMPLE / "review.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 300_000
