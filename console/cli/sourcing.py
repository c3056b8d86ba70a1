"""Which sources `init` proposes: directories of one kind as they are, mixed ones kind by kind.

Of a directory in which all files are of one kind there is one source. In a mixed one each kind gets
its own: by subdirectory where that is of one kind, by file ending where all such files of it are,
else file by file. Files in which no kind is seen are named, and read by no source of a mixed place.
"""

from __future__ import annotations

import glob
import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.intake.formats import FORMATS, recognise
from console.intake.formats.generic_choices import examine, seen, study
from console.intake.places import open_log, walk
from console.intake.reading import Context
from console.settings.channels import FORMATS as NAMES
from console.settings.template import SourceProposal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.intake.formats.generic_choices import Study
    from console.intake.places import Found
    from console.settings import Source
    from console.settings.template_map import Seen

_HEAD_BYTES = 256 * 1024
_SAMPLED = 8
"""A mapping is guessed from the beginnings of so many files."""
_GENERIC = "generic"
_NATIVE = FORMATS["native"]


class Proposed(NamedTuple):
    """The sources for some places, and what an operator has to know of them, as sentences."""

    sources: list[SourceProposal]
    notes: list[str]


class _Kind(NamedTuple):
    """What a file is: a format, and the preset where it has to be mapped; "" is unknown."""

    format: str
    preset: str = ""


def propose_sources(places: Iterable[Source]) -> Proposed:
    """Return the sources for some places, from the beginnings of their files."""
    found = Proposed([], [])
    for place in places:
        if place.format != "auto":
            found.sources.append(
                SourceProposal(str(place.path), place.format, place.route, place.options)
            )
            continue
        kinds = {path: _kind(path) for path in map(_path, walk(place, []))}
        _Place(found, kinds).propose(place.path)
    return found


class _Place:
    """One directory or file that was named, while its sources are gathered."""

    def __init__(self, found: Proposed, kinds: dict[Path, _Kind]) -> None:
        self._found, self._kinds = found, kinds

    def propose(self, top: Path) -> None:
        """Add the sources of a place; one that is of one kind needs no format but for mappings."""
        known = {kind for kind in self._kinds.values() if kind.format}
        if self._kinds and not known:
            self._found.notes.append(f"{top}: no known log format in any of its files")
        if len(known) <= 1 and not any(kind.preset for kind in known):
            self._found.sources.append(SourceProposal(str(top)))
        elif len(known) == 1 or top.is_dir():
            self._divide(top, list(self._kinds))
        else:
            for path, kind in self._kinds.items():
                self._add(str(path), kind, [path])

    def _divide(self, top: Path, paths: list[Path]) -> None:
        known = {self._kinds[path] for path in paths if self._kinds[path].format}
        if len(known) == 1:
            self._add(str(top), known.pop(), paths)
            return
        here = [path for path in paths if path.parent == top]
        for folder in sorted({top / p.relative_to(top).parts[0] for p in paths if p not in here}):
            self._divide(folder, [path for path in paths if path.is_relative_to(folder)])
        for kind in sorted({self._kinds[path] for path in here}):
            mine = [path for path in here if self._kinds[path] == kind]
            for place, covered in self._patterns(top, mine, here):
                self._add(place, kind, covered)

    def _patterns(
        self, folder: Path, mine: list[Path], here: list[Path]
    ) -> Iterable[tuple[str, list[Path]]]:
        """Yield `*.ending` where all such files are of the kind, else each file by itself."""
        for ending in sorted({path.suffix for path in mine}):
            same = [path for path in mine if path.suffix == ending]
            if ending and len(same) > 1 and same == [p for p in here if p.suffix == ending]:
                yield f"{glob.escape(str(folder))}/*{ending}", same
            else:
                yield from ((str(path), [path]) for path in same)

    def _add(self, place: str, kind: _Kind, paths: list[Path]) -> None:
        if not kind.format:
            unknown = "no known log format in it; it is not read"
            self._found.notes.extend(f"{path}: {unknown}" for path in paths)
        elif kind.format != _GENERIC or not kind.preset:
            self._found.sources.append(SourceProposal(place, kind.format))
        else:
            mine = [path for path in paths if self._kinds[path] == kind]
            sample = b"".join(_lines(_head(path)) for path in mine[:_SAMPLED])
            found = study(sample, mine[0])
            if found is not None:
                values = seen(sample, found.options)
                self._found.sources.append(_mapped(place, found, values))
                self._found.notes.extend(_sentences(place, found, values))


def examine_source(source: Source) -> Study | None:
    """Return what the beginnings of a generic source's files give, None where it has none.

    Raises:
        ValueError: its options make no sense.
    """
    paths = [_path(item) for item in islice(walk(source, []), _SAMPLED)]
    if not paths:
        return None
    context = Context(path=paths[0], route=source.route, options=source.options)
    return examine(b"".join(_lines(_head(path)) for path in paths), context)


def as_source(proposal: SourceProposal) -> Source:
    """Return a proposal as the settings will have it."""
    from console.settings import Source

    return Source(
        path=Path(proposal.path),
        format=proposal.format,
        route=proposal.route,
        options=proposal.options,
    )


def relative(proposal: SourceProposal, folder: Path) -> SourceProposal:
    """Return a proposal with its path as it is written in a file of `folder`."""
    path = Path(proposal.path)
    near = str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
    return msgspec.structs.replace(proposal, path=near)


def _mapped(place: str, found: Study, values: Seen) -> SourceProposal:
    return SourceProposal(place, _GENERIC, "", found.options, found.choices, values)


def _sentences(place: str, found: Study, values: Seen) -> list[str]:
    """Return what the mapping gives, and what has to be decided first."""
    gives = f"{place}: a mapping was guessed; it reads {found.events} events from the sample"
    refused = f" and refuses {found.refused} lines" if found.refused else ""
    open_keys = [f"{place}: TO DECIDE: {choice.why}" for choice in found.choices]
    if values.undecided:
        many = (
            "1 value of the event is"
            if values.undecided == 1
            else (f"{values.undecided:,} values of the event are")
        )
        open_keys.append(f"{place}: TO DECIDE: {many} taken for nothing until you say what for")
    return [f"{gives}{refused}", *open_keys]


def _kind(path: Path) -> _Kind:
    """Return what a file is; a mapping is only guessed for what nothing else reads."""
    head = _head(path)
    known = recognise(head, os.fsencode(path))
    told = known not in {"", _NATIVE.name, _GENERIC} or (
        known == _NATIVE.name and _NATIVE.recognises(head)
    )
    if told:
        return _Kind(next((name for name in NAMES if known.startswith(name)), known))
    found = study(_lines(head), path)
    if known == _GENERIC and (found is None or not found.choices):
        return _Kind(_GENERIC)
    return _Kind("") if found is None else _Kind(_GENERIC, str(found.options["preset"]))


def _lines(head: bytes) -> bytes:
    """Return the whole lines of a beginning, or all of it where there is only one."""
    return head[: head.rfind(b"\n") + 1] or head + b"\n"


def _path(found: Found) -> Path:
    return Path(os.fsdecode(found.path))


def _head(path: Path) -> bytes:
    try:
        descriptor = open_log(os.fsencode(path))
    except OSError:
        return b""
    try:
        return os.pread(descriptor, _HEAD_BYTES, 0)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
