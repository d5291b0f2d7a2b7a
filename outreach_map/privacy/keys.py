"""The programme's key in `private/`, and the codes that it makes.

The key is 32 random bytes in `private/key`, readable by its owner alone. It is never part of a
repr, a log, an error or an output. Codes are HMAC-SHA256 of the key, separated by purpose; without
the key nobody can tell which id a code stands for, nor link a retired code to its successor.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import stat
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from outreach_map.errors import KeyFileError

KEY_BYTES = 32
_CODE_LETTERS = 6


@dataclass(frozen=True)
class ProgrammeKey:
    """The secret of one programme; its repr shows nothing of it."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Reject a key of another length (ValueError)."""
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")

    @cached_property
    def _of_codes(self) -> bytes:
        return self.derive("codes")

    @cached_property
    def _of_ids(self) -> bytes:
        return self.derive("ids")

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose (HKDF-SHA256, RFC 5869)."""
        kdf = HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=f"outreach-map 1 {purpose}".encode())
        return kdf.derive(self.secret)

    def code(self, kind: str, programme: str, raw_id: str, epoch: int) -> str:
        """Public code of a record: a letter for its kind and six of 32 letters and digits.

        `epoch` counts how often the record got a new code; codes of two epochs are unlinked.
        """
        message = "\0".join((kind, programme, raw_id, str(epoch))).encode()
        digest = hmac.digest(self._of_codes, message, "sha256")
        return f"{kind}-{base64.b32encode(digest)[:_CODE_LETTERS].decode()}"

    def digest(self, kind: str, raw_id: str) -> str:
        """What the ledger knows a raw id by: nothing that can be read back."""
        message = "\0".join((kind, raw_id)).encode()
        return hmac.digest(self._of_ids, message, "sha256").hex()[:32]


def open_private(folder: Path) -> Path:
    """Make `private/` in a programme folder if needed, and check that only its owner can look in.

    Raises
    ------
    KeyFileError
        When others may read it.
    """
    private = folder / "private"
    if private.is_symlink():
        raise KeyFileError(
            "It is a link to somewhere else, which may not be yours alone.",
            where="private/",
            mend="Move the folder itself here.",
        )
    private.mkdir(mode=0o700, exist_ok=True)
    _check_mode(private, "private/", "700")
    ignore = private / ".gitignore"
    if not ignore.exists():
        ignore.write_text("# keys and ledgers never enter a repository\n*\n", encoding="utf-8")
    return private


def load_key(private: Path) -> ProgrammeKey:
    """Read the key; the first plan of a programme makes one (`outreach_map.privacy.ledger.begin`).

    Raises
    ------
    KeyFileError
        When the key is missing, damaged or readable by others.
    """
    path = private / "key"
    if not path.exists():
        raise KeyFileError(
            "The key is missing, and the ledger beside it cannot be read without it.",
            where="private/key",
            mend="Put the key back from your backup; a new key would link to nothing.",
        )
    _check_mode(path, "private/key", "600")
    try:
        return ProgrammeKey(
            base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
        )
    except (ValueError, binascii.Error):
        raise KeyFileError(
            "The key is damaged.", where="private/key", mend="Put it back from your backup."
        ) from None


def write_key(path: Path, key: ProgrammeKey) -> None:
    """Write a key with mode 0600; an existing file is never overwritten."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(base64.b64encode(key.secret).decode() + "\n")


def _check_mode(path: Path, name: str, wanted: str) -> None:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileError(
            "Other users of this computer may read it.",
            where=name,
            mend=f"Run: chmod {wanted} {name}",
        )
