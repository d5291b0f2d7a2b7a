"""Passphrases of the team pages: six words or 24 digits a team, made here, kept in `private/`.

Words are drawn by the system's generator from the EFF's long list of 7,776 (Bonneau 2016), so six
have 77 bits; 24 digits, for teams that write no Latin letters, have 79. With the lock's 600,000
rounds a try either is more than anybody can go through. They are kept sealed with the programme's
key, and go when the key does. Lists in other languages are not used: none at hand is without words
that shame or convict, and a team says its words aloud.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from xkcdpass import xkcd_password

from outreach_map.errors import KeyFileError
from outreach_map.privacy.keys import ProgrammeKey, load_key, open_private
from outreach_map.private_files import write_private

WORDS = 6
GROUPS, GROUP = 6, 4
PASSPHRASES = "passphrases"


def team_passphrases(
    folder: Path, codes: Iterable[str], *, digits: Collection[str] = ()
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Passphrases of some teams; those that have none yet get one.

    Parameters
    ----------
    folder
        The programme's.
    codes
        Of the teams.
    digits
        Codes of those that get digits, where they get a new one.

    Returns
    -------
    Passphrases by code, and the codes of those that are new, sorted.

    Raises
    ------
    KeyFileError
        When the key is missing, or the file is damaged.
    """
    private = open_private(folder)
    key = load_key(private)
    kept = _read(private, key)
    wanted = sorted(set(codes))
    fresh = tuple(code for code in wanted if code not in kept)
    if fresh:
        kept |= {code: _digits() if code in digits else _six_words() for code in fresh}
        _write(private, key, kept)
    return {code: kept[code] for code in wanted}, fresh


def kept_passphrases(folder: Path) -> dict[str, str]:
    """Passphrases of all teams by code; none before the first plan that locks.

    Raises
    ------
    KeyFileError
        When the key is missing, or the file is damaged.
    """
    private = open_private(folder)
    return _read(private, load_key(private))


def passphrase_of(
    folder: Path, code: str, *, renew: bool = False, digits: bool | None = None
) -> str:
    """The passphrase of one team; `renew` makes another, after a phone was lost, say.

    The new one is of digits or of words as `digits` says, or else as the one before was.

    Raises
    ------
    KeyFileError
        For a team that has none, and as `team_passphrases` does.
    """
    private = open_private(folder)
    key = load_key(private)
    kept = _read(private, key)
    if code not in kept:
        raise KeyFileError(
            f"No team of the code {code} has a passphrase.",
            where=f"private/{PASSPHRASES}",
            mend="Take the code from the name of the team's page; the first plan makes its words.",
        )
    if renew:
        same = any(letter.isdigit() for letter in kept[code])
        kept[code] = _digits() if (same if digits is None else digits) else _six_words()
        _write(private, key, kept)
    return kept[code]


def _write(private: Path, key: ProgrammeKey, phrases: Mapping[str, str]) -> None:
    sealed = _seal(key).encrypt(json.dumps(phrases, sort_keys=True).encode())
    write_private(private, PASSPHRASES, sealed)


def _six_words() -> str:
    path = xkcd_password.locate_wordfile("eff-long")
    words = xkcd_password.generate_wordlist(wordfile=path, min_length=3, max_length=9)
    phrase: str = xkcd_password.generate_xkcdpassword(words, numwords=WORDS)
    return phrase


def _digits() -> str:
    return " ".join(f"{secrets.randbelow(10**GROUP):0{GROUP}}" for _ in range(GROUPS))


def _read(private: Path, key: ProgrammeKey) -> dict[str, str]:
    path = private / PASSPHRASES
    if not path.exists():
        return {}
    try:
        kept: Mapping[str, str] = json.loads(_seal(key).decrypt(path.read_bytes()))
    except (InvalidToken, ValueError, OSError):
        raise KeyFileError(
            "The passphrases are damaged, or were written with another key.",
            where=f"private/{PASSPHRASES}",
            mend="Put the file back from your backup, or remove it: each team then gets a new one.",
        ) from None
    return dict(kept)


def _seal(key: ProgrammeKey) -> Fernet:
    return Fernet(urlsafe_b64encode(key.derive("passphrases")))
