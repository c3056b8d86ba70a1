"""The page in a real browser: it asks for nothing, complains of nothing, and fits a phone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from console.review import html
from console.review.layout import layout
from tests.review.browser import CHROMIUM, Page, browser
from tests.review.test_renderers import hostile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.review.conftest import Fleet

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to open the page in")
PHONE, DESK = 390, 1_100
_TOO_WIDE = """
[...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(one => one.tagName + ' ' + one.textContent.slice(0, 60))
"""
_SMALLEST = """
Math.min(...[...document.querySelectorAll('svg text')].map(one =>
  parseFloat(getComputedStyle(one).fontSize) * one.ownerSVGElement.getBoundingClientRect().width
  / one.ownerSVGElement.viewBox.baseVal.width))
"""
_DANGLING = """
[...document.querySelectorAll('a')].map(one => one.getAttribute('href'))
  .filter(place => !place.startsWith('#') || !document.getElementById(place.slice(1)))
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module", params=["review", "hostile"])
def path(
    request: pytest.FixtureRequest, sample: Fleet, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the review of the sample, and a page of nothing but markup."""
    blocks = layout(sample.review) if request.param == "review" else hostile()
    found = tmp_path_factory.mktemp("page") / "review.html"
    found.write_text(html.render(blocks), encoding="utf-8")
    return found


@pytest.mark.parametrize("width", [320, PHONE, DESK])
def test_nothing_sticks_out_at_any_width(page: Page, path: Path, width: int) -> None:
    page.open(path, width, mobile=width < DESK)
    size = page.value("[document.documentElement.scrollWidth, innerWidth]")
    assert size[0] <= size[1] == width
    assert page.value(_TOO_WIDE) == []


def test_a_chart_can_be_read_on_a_phone(page: Page, path: Path) -> None:
    page.open(path, PHONE)
    assert page.value("document.querySelectorAll('svg').length") > 0
    assert page.value(_SMALLEST) >= 11


def test_the_browser_complains_of_nothing_and_asks_for_nothing_else(page: Page, path: Path) -> None:
    del page.requests[:], page.complaints[:]
    page.open(path, DESK, mobile=False)
    assert page.complaints == []
    assert page.requests == [path.as_uri()]


def test_a_complaint_and_a_request_would_be_seen(page: Page, tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    other.write_text('<script>console.error("x")</script><img src="none.png">')
    del page.requests[:], page.complaints[:]
    page.open(other, PHONE)
    assert len(page.requests) == 2
    assert any('"x"' in complaint for complaint in page.complaints)


def test_every_link_leads_to_a_place_in_the_page(page: Page, path: Path) -> None:
    page.open(path, PHONE)
    assert page.value(_DANGLING) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_warnings_stand_out_in_the_light_and_in_the_dark(
    page: Page, path: Path, dark: bool
) -> None:
    page.style(dark=dark)
    page.open(path, PHONE)
    channels = page.value(
        "getComputedStyle(document.querySelector('strong')).color.match(/\\d+/g).map(Number)"
    )
    brightness = sum(weight * one for weight, one in zip((299, 587, 114), channels, strict=True))
    assert (brightness > 128_000) is dark


def test_a_print_has_a_page_a_route(page: Page, path: Path) -> None:
    page.open(path, DESK, mobile=False)
    routes = page.value("document.querySelectorAll('h2').length")
    assert page.printed().count(b"/Type /Page\n") > routes
