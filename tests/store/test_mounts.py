"""A store on a network file system is refused, by the system's table of mounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.store import mounts
from console.store.connect import StoreError, create

if TYPE_CHECKING:
    from pathlib import Path

TABLE = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /srv/logs rw shared:2 - nfs4 server:/export rw,vers=4.2
41 40 0:36 / /srv/logs/fast rw - tmpfs tmpfs rw
42 22 0:37 / /mnt/with\040blank rw - cifs //server/share rw
43 22 0:38 / /srv/logs/fast rw - fuse.sshfs server: rw
garbage
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/dana/s.db", "ext4"),
        ("/srv/logs/s.db", "nfs4"),
        ("/srv/logsother/s.db", "ext4"),
        ("/srv/logs/fast/s.db", "fuse.sshfs"),
        ("/mnt/with blank/s.db", "cifs"),
    ],
)
def test_the_innermost_and_latest_mount_decides(path: str, kind: str) -> None:
    assert mounts.kind_of(path, TABLE) == kind


def test_f21_a_store_on_a_network_file_system_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"1 1 0:1 / / rw - ext4 a rw\n2 1 0:2 / {tmp_path} rw - nfs4 s:/ rw\n")
    monkeypatch.setattr(mounts, "TABLE", table)
    with pytest.raises(StoreError, match=r"network file system \(nfs4\).*--store"):
        create(tmp_path / "s.db")
    assert not (tmp_path / "s.db").exists()


def test_without_a_table_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "TABLE", tmp_path / "none")
    create(tmp_path / "s.db").close()
