"""Signing the control file with the operator's Ed25519 key (extra `sign`).

The private key is the operator's alone: mode 0600, outside the control directory. Whoever has it
can give orders; whoever has the public one can only tell whose they are.
"""

from __future__ import annotations

import base64
import os
import stat
from typing import TYPE_CHECKING

from console.control.file import ControlError, ControlFile, Signer

if TYPE_CHECKING:
    from pathlib import Path

    from console.settings import Settings

_FORBIDDEN = stat.S_IRWXG | stat.S_IRWXO
_MISSING = "signing needs the cryptography package: pip install 'burnline[sign]'"


def control_file(path: Path, settings: Settings) -> ControlFile:
    """Return the control file, signed where the settings name a key.

    Raises:
        ControlError: the directory or the key cannot be used.
    """
    key = settings.signing_key
    return ControlFile(path, None if key is None else signer(key, path))


def signer(key: Path, control: Path) -> Signer:
    """Return what signs with a private key.

    Raises:
        ControlError: it cannot be read, others can read it, or it is no Ed25519 key.
    """
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        from console.agent.adapters.signature import checking
    except ImportError as error:
        raise ControlError(_MISSING) from error
    if key.resolve().parent == control.resolve().parent:
        raise ControlError(f"signing key {key}: it lies in the control directory; move it away")
    try:
        if key.stat().st_mode & _FORBIDDEN:
            raise ControlError(f"signing key {key}: others may read it; run: chmod 600 {key}")
        private = load_pem_private_key(key.read_bytes(), password=None)
    except OSError as error:
        raise ControlError(f"signing key {key}: {error.strerror}; {_make(key)}") from error
    except (ValueError, TypeError) as error:
        raise ControlError(f"signing key {key}: it is no private key; {_make(key)}") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ControlError(f"signing key {key}: it is no Ed25519 key; {_make(key)}")
    return Signer(
        lambda sealed: base64.b64encode(private.sign(sealed)).decode(),
        checking(private.public_key()),
    )


def create(key: Path) -> Path:
    """Make a new key, and its public one beside it (`.pub`); return the path of the latter.

    Raises:
        ControlError: a file is there already, or cannot be written.
    """
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
            PublicFormat,
        )
    except ImportError as error:
        raise ControlError(_MISSING) from error
    private = Ed25519PrivateKey.generate()
    public = key.with_name(key.name + ".pub")
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    shown = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for path, content, mode in ((key, secret, 0o600), (public, shown, 0o644)):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with open(os.open(path, flags, mode), "wb") as file:  # noqa: PTH123 - by descriptor
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ControlError(f"{path}: {error.strerror}; nothing is overwritten") from error
    return public


def _make(key: Path) -> str:
    return f"make one with burnline signing-key {key}"
