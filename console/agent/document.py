"""The control document: its canonical bytes, its checksum, and reading it (semantics 8).

Writer and readers share this one definition of the checksum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, NoReturn

from .faults import ControlFault
from .fields import Fields
from .instants import SECOND_US, format_instant
from .orders import RouteOrders, read_route

SCHEMA = "burnline.control/1"
GRACE_S = 3600.0
"""How long `last_known` lasts where the document does not say, in seconds."""
_UNSEALED = ("checksum", "signature")

Verify = Callable[[bytes, str], bool]
"""Says whether a signature (second argument) is right for the canonical bytes (first)."""


class ControlDocument(NamedTuple):
    """A document whose checksum is right. Orders are read per route, by `route()`."""

    generation: int
    issued_us: int
    issued_by: str
    refreshed_us: int
    stale_after_s: float | None
    grace_s: float
    routes: Mapping[str, object]

    def route(self, name: str) -> RouteOrders:
        """Return what is ordered on `name`; a route that is not named is open.

        Read per route, so that a slip in one route's orders does not close all the others.

        Raises:
            ControlFault: the orders of this route make no sense.
        """
        orders = self.routes.get(name)
        if orders is None and name in self.routes:
            raise ControlFault(f"route {name!r} is null, which is not an object")
        return read_route(name, orders)

    def check_fresh(self, now_us: int) -> None:
        """Raise `ControlFault` if the document was due for a refresh before `now_us`."""
        if self.stale_after_s is None:
            return
        if now_us - self.refreshed_us > self.stale_after_s * SECOND_US:
            raise self.stale()

    def stale(self) -> ControlFault:
        """Return the fault of a document that was not refreshed in time."""
        return ControlFault(
            f"generation {self.generation} was last refreshed at "
            f"{format_instant(self.refreshed_us)}, longer ago than the {self.stale_after_s:g} s "
            "allowed: see whether the collector runs"
        )


def canonical(document: Mapping[str, object]) -> bytes:
    """Return the bytes that are hashed and signed: all of `document` but checksum and signature.

    Raises:
        ValueError: it holds something that JSON in UTF-8 cannot say (NaN, a lone surrogate).
    """
    sealed = {key: value for key, value in document.items() if key not in _UNSEALED}
    text = json.dumps(
        sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def checksum(document: Mapping[str, object]) -> str:
    """Return `sha256:<hex>` of the canonical bytes of `document`."""
    return _checksum(canonical(document))


def parse(raw: bytes, verify: Verify | None = None) -> ControlDocument:
    """Return the document in `raw`, the bytes of a control file.

    With `verify`, a document whose signature it does not accept is refused as well.

    Raises:
        ControlFault: empty, not JSON, another schema, a wrong checksum or signature, wrong types.
    """
    if not raw.strip():
        raise ControlFault("it is empty")
    value = _decode(raw)
    fields = Fields(value, "the document")
    if value.get("schema") != SCHEMA:
        fields.word("schema", (SCHEMA,))
    _check_seal(value, fields, verify)
    grace_s = fields.optional_seconds("grace_s")
    return ControlDocument(
        generation=fields.whole("generation", 1),
        issued_us=fields.instant("issued_at"),
        issued_by=fields.optional_text("issued_by"),
        refreshed_us=fields.instant("refreshed_at"),
        stale_after_s=fields.optional_seconds("stale_after_s"),
        grace_s=GRACE_S if grace_s is None else grace_s,
        routes=MappingProxyType(fields.mapping("routes")),
    )


def _decode(raw: bytes) -> dict[str, object]:
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_unrepeated, parse_constant=_not_a_number
        )
    except (ValueError, RecursionError) as error:
        raise ControlFault(f"it is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ControlFault("it is JSON, but not an object")
    return value


def _check_seal(value: dict[str, object], fields: Fields, verify: Verify | None) -> None:
    """Raise `ControlFault` unless checksum and, where asked for, signature are right."""
    try:
        sealed = canonical(value)
    except (ValueError, RecursionError) as error:
        raise ControlFault(f"it has no canonical form: {error}") from error
    if value.get("checksum") != _checksum(sealed):
        raise ControlFault("its checksum is wrong: it was cut off, or edited by other hands")
    if verify is not None and not _verified(verify, sealed, fields.optional_text("signature")):
        raise ControlFault("its signature is missing or wrong")


def _verified(verify: Verify, sealed: bytes, signature: str) -> bool:
    try:
        return verify(sealed, signature)
    except Exception:  # noqa: BLE001 - libraries differ in what they raise for a wrong signature
        return False


def _checksum(sealed: bytes) -> str:
    return "sha256:" + hashlib.sha256(sealed).hexdigest()


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object; a key given twice would read differently in another reader."""
    built = dict(pairs)
    if len(built) != len(pairs):
        raise ValueError("a key is given twice")
    return built


def _not_a_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")
