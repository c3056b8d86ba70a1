"""Fixtures of the notifications' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.notify.post import Post
from tests.notify.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    post = Post(tmp_path / "burnline.db")
    yield post
    post.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver
