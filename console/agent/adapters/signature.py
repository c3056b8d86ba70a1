"""Signed control files: what an agent needs to believe nobody but the operator (extra `sign`).

    guard = Guard(path, "refunds", verify=verifier("/etc/burnline/signing.pem.pub"))

Ed25519: whoever can read the public key can check a signature, and cannot make one; with a shared
secret every agent could forge orders. Keep the public key where agents cannot write, and not in the
control directory.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

if TYPE_CHECKING:
    import os
    from collections.abc import Callable


def verifier(public_key: str | os.PathLike[str]) -> Callable[[bytes, str], bool]:
    """Return what tells whether a signature (base64) is that of a key over some bytes.

    Raises:
        OSError: the key file cannot be read.
        ValueError: it is no Ed25519 public key in PEM.
    """
    key = load_pem_public_key(Path(public_key).read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{public_key} is no Ed25519 public key")  # noqa: TRY004 - a bad file
    return checking(key)


def checking(key: Ed25519PublicKey) -> Callable[[bytes, str], bool]:
    """Return what checks signatures by a key that is at hand."""

    def verify(sealed: bytes, signature: str) -> bool:
        key.verify(base64.b64decode(signature, validate=True), sealed)
        return True

    return verify
