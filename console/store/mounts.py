"""On what kind of file system a path lies, by the system's table of mounts."""

from __future__ import annotations

import os
from pathlib import Path

TABLE = Path("/proc/self/mountinfo")
_REMOTE = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "gfs2",
    "ocfs2", "beegfs", "davfs", "fuse.glusterfs", "fuse.sshfs", "fuse.s3fs", "fuse.rclone",
})  # fmt: skip


def remote(path: Path) -> str:
    """Return the name of the network file system that a path lies on, "" for a local disk.

    Where the system has no such table nothing is known, and "" returned.
    """
    try:
        table = TABLE.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    kind = kind_of(os.path.realpath(path), table)
    return kind if kind in _REMOTE else ""


def kind_of(path: str, table: str) -> str:
    """Return the type of the file system that holds an absolute path, by a table of mounts.

    Of mounts over one another the longest path wins, and of equal ones the last.
    """
    found, longest = "", -1
    for line in table.splitlines():
        before, _, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")[0]
        if len(fields) < 5:
            continue
        point = _unescaped(fields[4])
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= longest:
            found, longest = kind, len(point)
    return found


def _unescaped(text: str) -> str:
    for code, char in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        text = text.replace(code, char)
    return text
