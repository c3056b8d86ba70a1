"""Writing the control file so that an order seen as durable survives a power cut (semantics 8).

A temporary file (O_EXCL|O_NOFOLLOW, through the directory's descriptor) is synced and linked to
generations/{n}.json, which is the compare-and-set; then control.json is renamed into place and the
directory is synced. Without that last step the old state came back after a power cut on every file
system that was tried.
"""

from __future__ import annotations

import contextlib
import copy
import errno
import hashlib
import os
import re
import stat
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from console.agent import ControlFault
from console.agent.document import SCHEMA, canonical, checksum, parse
from console.control import flagd, lock
from console.intake.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Document = dict[str, Any]


class Signer(NamedTuple):
    """`sign` returns the signature (base64) of some bytes, `verify` says whether one is right."""

    sign: Callable[[bytes], str]
    verify: Callable[[bytes, str], bool]


_GENERATIONS = "generations"
_RESERVE = ".reserve"
RESERVE_BYTES = 256 * 1024
"""What is kept of the disk, so that an order can be written when nothing else is left of it."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FORBIDDEN = stat.S_IWGRP | stat.S_IWOTH
_GENERATION = re.compile(r"([1-9][0-9]*)\.json")
_LATER_NS = 1_000_000
_UNTIMED = ("refreshed_at", "checksum", "signature")


class ControlError(Exception):
    """The control directory cannot be used; the message says why and what to do."""


class Conflict(Exception):  # noqa: N818 - not a fault: somebody else was first
    """Another operator changed the control file first; decide again on what it says now."""


class Outrun(Conflict):
    """The generation was written by somebody else first, on whatever route."""


class ControlFile:
    """The control file at `path` with its generations beside it. The directory is the operator's.

    With a `signer` whatever is written is signed.

    Raises:
        ControlError: the directory cannot be made, or others may write it.
    """

    def __init__(self, path: Path, signer: Signer | None = None) -> None:
        self.path = path
        self._signer = signer
        self.flags_path = path.with_name(path.stem + ".flagd.json")
        self.directory = path.parent
        try:
            for folder in (self.directory, self.directory / _GENERATIONS):
                _make_readable(folder)
                _refuse_writable(folder)
        except OSError as error:
            raise ControlError(
                f"control directory {self.directory}: {error.strerror}; name another with --control"
            ) from error

    def latest(self) -> Document | None:
        """Return the newest good generation, None where nothing was ever written.

        The immutable generations are asked, not control.json: a crash between link and rename may
        have left the latter behind.

        Raises:
            ControlError: the newest generation is not whole.
        """
        newest = self.newest_generation()
        if newest == 0:
            return None
        path = self.directory / _GENERATIONS / f"{newest}.json"
        try:
            raw = path.read_bytes()
            said = parse(raw).generation
            if said != newest:
                raise ControlFault(f"it says that it is generation {said}")  # noqa: TRY301
        except (OSError, ControlFault) as error:
            raise ControlError(
                f"{path}: {getattr(error, 'strerror', None) or error}; "
                "restore it from a backup, or move the control directory aside and run init"
            ) from error
        return msgspec.json.decode(raw)  # type: ignore[no-any-return]

    def newest_generation(self) -> int:
        """Return the number of the newest generation, 0 for none.

        Raises:
            ControlError: the directory cannot be read.
        """
        folder = self.directory / _GENERATIONS
        try:
            found = [_GENERATION.fullmatch(entry.name) for entry in folder.iterdir()]
        except OSError as error:
            raise ControlError(f"{folder}: {error.strerror}") from error
        return max((int(match[1]) for match in found if match), default=0)

    def publish(self, document: Document, *, by: str, now_us: int) -> Document:
        """Write `document` as the generation after the one that it was made from.

        Returns the document as written.

        Raises:
            Outrun: that generation exists already: somebody else was first.
            ControlError: it could not be written; what agents read is as it was, unless the
                message says that the generation is decided all the same.
        """
        written = copy.deepcopy(document)
        written["schema"] = SCHEMA
        written["generation"] = int(document.get("generation", 0)) + 1
        written["issued_at"] = written["refreshed_at"] = rfc3339(now_us)
        written["issued_by"] = by
        self._seal(written)
        with self._at() as directory, self._at(_GENERATIONS) as generations:
            lock.take(directory)
            self._link(directory, generations, written)
            try:
                os.fsync(generations)
                self._rename(directory, written)
            except OSError as error:
                raise ControlError(
                    f"{self.path}: {error.strerror}; generation {written['generation']} is decided "
                    "all the same, and is put in place by the next order or lift"
                ) from error
        self.reserve()
        return written

    def reserve(self) -> None:
        """Keep some of the disk for the next order; where there is none to be had, not."""
        path = self.directory / _RESERVE
        with contextlib.suppress(OSError):
            if path.exists() and path.stat().st_size == RESERVE_BYTES:
                return
            descriptor = os.open(
                path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            try:
                os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
            except OSError:
                # Half of it would look like all of it to nobody but the next look.
                os.unlink(path)  # noqa: PTH108 - beside its opening
                raise
            finally:
                os.close(descriptor)

    def complete(self) -> None:
        """Finish a write that was cut off between link and rename: make control.json the newest."""
        with self._at() as directory:
            lock.take(directory)
            document = self.latest()
            if document is None:
                return
            if self._current_generation() < int(document["generation"]):
                self._rename(directory, document)
            else:
                self._derive(directory, document)

    def derived(self) -> bool:
        """Say whether the flag file says what the newest generation does."""
        document = self.latest()
        return document is None or self._says(document)

    def derive(self) -> None:
        """Write the flag file anew where it does not say what the newest generation does."""
        with self._at() as directory:
            lock.take(directory)
            document = self.latest()
            if document is not None:
                self._derive(directory, document)

    def refresh(self, now_us: int) -> None:
        """Write the newest generation again with a new `refreshed_at`; no receipt is due."""
        with self._at() as directory:
            lock.take(directory)
            document = self.latest()
            if document is None:
                return
            document["refreshed_at"] = rfc3339(now_us)
            self._seal(document)
            self._rename(directory, document)

    def tampering(self, digest: str) -> str:
        """Say how the files differ from what was written last, "" where they do not.

        `digest` is that of the newest generation, as it was kept in the store when it was written.
        """
        try:
            newest = self.latest()
        except ControlError as error:
            return str(error)
        if newest is None:
            return "its generations are gone" if digest else ""
        if digest and content_digest(newest) != digest:
            return f"generation {newest['generation']} is not what was written"
        try:
            raw = self.path.read_bytes()
            parse(raw)
        except (OSError, ControlFault) as error:
            return f"{self.path.name}: {getattr(error, 'strerror', None) or error}"
        if content_digest(msgspec.json.decode(raw)) != content_digest(newest):
            return f"{self.path.name} is not generation {newest['generation']} as written"
        return ""

    def signed(self) -> bool:
        """Say whether control.json carries our signature, where there is one to carry."""
        if self._signer is None:
            return True
        try:
            parse(self.path.read_bytes(), self._signer.verify)
        except (OSError, ControlFault):
            return False
        return True

    def vouched(self, document: Document) -> bool:
        """Say whether a document carries our signature, where there is one to carry."""
        if self._signer is None:
            return True
        try:
            return self._signer.verify(canonical(document), str(document.get("signature") or ""))
        except Exception:  # noqa: BLE001 - libraries differ in what they raise for a wrong one
            return False

    def _seal(self, document: Document) -> None:
        """Put checksum and signature on a document, in place of those that it was made from."""
        document.pop("signature", None)
        sealed = canonical(document)
        document["checksum"] = checksum(document)
        if self._signer is not None:
            document["signature"] = self._signer.sign(sealed)

    def _current_generation(self) -> int:
        try:
            return parse(self.path.read_bytes()).generation
        except (OSError, ControlFault):
            return 0

    def _link(self, directory: int, generations: int, document: Document) -> None:
        temporary = self._write(directory, document)
        try:
            os.link(
                temporary,
                f"{document['generation']}.json",
                src_dir_fd=directory,
                dst_dir_fd=generations,
                follow_symlinks=False,
            )
        except FileExistsError as error:
            raise Outrun(
                f"generation {document['generation']} was written by somebody else meanwhile"
            ) from error
        finally:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=directory)

    def _rename(self, directory: int, document: Document) -> None:
        """Put a document in place as control.json, durably, and derive the flag file from it."""
        temporary = self._write(directory, document)
        self._place(directory, temporary, self.path.name)
        self._derive(directory, document)

    def _place(self, directory: int, temporary: str, name: str) -> None:
        try:
            os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
            os.fsync(directory)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=directory)
            raise

    def _derive(self, directory: int, document: Document) -> None:
        """Write the flag file, with a later time than the one before it.

        The order is given with control.json; a flag file that cannot be written does not undo it,
        and upkeep tries again.
        """
        if self._says(document):
            return
        with contextlib.suppress(OSError):
            temporary = self._write(directory, flagd.flags(document))
            with contextlib.suppress(FileNotFoundError):
                before_ns = os.stat(self.flags_path.name, dir_fd=directory).st_mtime_ns
                after_ns = os.stat(temporary, dir_fd=directory).st_mtime_ns
                later_ns = max(after_ns, before_ns + _LATER_NS)
                os.utime(temporary, ns=(later_ns, later_ns), dir_fd=directory)
            self._place(directory, temporary, self.flags_path.name)

    def _says(self, document: Document) -> bool:
        try:
            return self.flags_path.read_bytes() == _text(flagd.flags(document))
        except OSError:
            return False

    def _write(self, directory: int, document: Document) -> str:
        """Write a temporary file, synced; return its name. On a full disk the reserve is used."""
        try:
            return self._written(directory, document)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            try:
                os.unlink(_RESERVE, dir_fd=directory)
            except OSError:
                raise error from None
            return self._written(directory, document)

    def _written(self, directory: int, document: Document) -> str:
        temporary = f".{self.path.name}.{os.getpid()}.{os.urandom(4).hex()}"
        try:
            descriptor = os.open(temporary, _NEW, 0o644, dir_fd=directory)
            with open(descriptor, "wb") as file:  # noqa: PTH123 - by descriptor
                os.fchmod(descriptor, 0o644)
                file.write(_text(document))
                file.flush()
                os.fsync(descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=directory)
            raise
        return temporary

    @contextlib.contextmanager
    def _at(self, name: str = ".") -> Iterator[int]:
        """Yield a folder's descriptor; whatever the system refuses inside is a `ControlError`."""
        try:
            descriptor = os.open(self.directory / name, _DIRECTORY)
            try:
                yield descriptor
            finally:
                os.close(descriptor)
        except OSError as error:
            raise ControlError(f"{self.directory}: {error.strerror}") from error


def _text(document: Document) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def content_digest(document: Document) -> str:
    """Return a digest of all of a document that only a new generation may change."""
    bare = {key: value for key, value in document.items() if key not in _UNTIMED}
    return hashlib.sha256(canonical(bare)).hexdigest()


def _make_readable(folder: Path) -> None:
    """Make a directory that agents of other users can read, whatever the umask is."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)


def _refuse_writable(folder: Path) -> None:
    status = folder.stat()
    if status.st_mode & _FORBIDDEN:
        raise ControlError(
            f"control directory {folder}: others may write it (mode "
            f"{stat.S_IMODE(status.st_mode):04o}), so any agent could give orders; "
            f"run: chmod go-w {folder}"
        )
    if status.st_uid not in {0, os.geteuid()}:
        raise ControlError(
            f"control directory {folder}: belongs to uid {status.st_uid}, not to you; "
            "name one of your own with --control"
        )
