"""Draws the picture in the README: `python -m tests.review.picture [PATH]`.

The top of the last week's review of the sample logs, as a headless Chromium shows it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from console.review import html
from console.review.layout import layout
from tests.review import fleets
from tests.review.browser import CHROMIUM, browser

PICTURE = fleets.SAMPLE / "review.png"
WIDTH, HEIGHT = 900, 1_420
_DAYS = 7


def main(arguments: list[str] | None = None) -> int:
    """Write the picture; return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    target = Path(given[0]) if given else PICTURE
    if CHROMIUM is None:
        sys.stderr.write("picture: there is no chromium here\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        review = fleets.review_of(fleets.sample_settings(), Path(folder) / "burnline.db", _DAYS)
        path = Path(folder) / "review.html"
        path.write_text(html.render(layout(review)), encoding="utf-8")
        with browser() as page:
            page.open(path, WIDTH, HEIGHT, mobile=False)
            target.write_bytes(page.picture(WIDTH, HEIGHT))
    sys.stdout.write(f"wrote {target}: {target.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
