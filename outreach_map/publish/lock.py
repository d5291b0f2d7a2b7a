"""A page that opens with a passphrase alone: everything else in the file is ciphertext.

The key comes from the passphrase by PBKDF2-HMAC-SHA-256 (RFC 8018) with at least 600,000 rounds
(OWASP Password Storage Cheat Sheet, 2023) and a fresh salt; the packed page is sealed by
AES-256-GCM (NIST SP 800-38D) with a fresh nonce. The browser's own Web Crypto opens it. The rounds
and the name are sealed in as associated data, so neither can be changed unnoticed. What is sealed
is filled up to whole steps, so that its length does not count a team's shifts or a peer's marks.

What it does not give: a passphrase that is written on the phone's back, a page that is left open
and looked at within the minutes before it locks again, or a phone on which somebody installed what
reads the screen.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import unicodedata
import zlib
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

ROUNDS = 600_000
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_MOST_ROUNDS = 20 * ROUNDS
# 2: the packed bytes follow their own length, and zeros follow them.
_FORMAT = 2
_LENGTH_BYTES = 4
_PAGE_STEP = 32 * 1024
_MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Sealed:
    """What a locked file holds: public numbers, and ciphertext.

    Attributes
    ----------
    head
        JSON of the format, the rounds and the page's name; sealed in as associated data.
    body
        Base64 of salt, nonce and ciphertext.
    check
        Base64 of the SHA-256 of both, which tells a damaged file from a wrong passphrase.
    """

    head: str
    body: str
    check: str


def seal(page: str, passphrase: str, name: str, *, rounds: int = ROUNDS) -> Sealed:
    """Seal a page.

    Parameters
    ----------
    page
        Its HTML.
    passphrase
        Words or digits, which count as `as_typed` says.
    name
        What the file is called while it is locked; readable by everybody.
    rounds
        Of PBKDF2, at least `ROUNDS`.

    Raises
    ------
    ValueError
        For fewer rounds, or an empty passphrase.
    """
    if rounds < ROUNDS:
        raise ValueError(f"at least {ROUNDS} rounds")
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    head = json.dumps({"format": _FORMAT, "name": name, "rounds": rounds}, sort_keys=True)
    plain = _filled(zlib.compress(page.encode(), level=9))
    sealed = AESGCM(_key(passphrase, salt, rounds)).encrypt(nonce, plain, head.encode())
    body = base64.b64encode(salt + nonce + sealed).decode()
    check = base64.b64encode(hashlib.sha256((head + body).encode()).digest()).decode()
    return Sealed(head, body, check)


def read_sealed(text: str) -> Sealed:
    """What a team's page saved: a JSON object of the three parts.

    Raises
    ------
    ValueError
        When it is none, when its parts and their sum do not agree, or when its rounds are no
        number that we would make a file with.
    """
    found = json.loads(text)
    if not isinstance(found, dict) or set(found) != {"head", "body", "check"}:
        raise ValueError("not the parts of a sealed file")
    sealed = Sealed(*(str(found[name]) for name in ("head", "body", "check")))
    digest = hashlib.sha256((sealed.head + sealed.body).encode()).digest()
    if base64.b64encode(digest).decode() != sealed.check:
        raise ValueError("parts and sum differ")
    head = json.loads(sealed.head)
    if not isinstance(head, dict) or head.get("format") != _FORMAT:
        raise ValueError("another format")
    rounds = head.get("rounds")
    # Whoever writes the head may ask for any number, and each round takes time.
    if not isinstance(rounds, int) or not ROUNDS <= rounds <= _MOST_ROUNDS:
        raise ValueError("rounds out of range")
    if len(base64.b64decode(sealed.body, validate=True)) <= _SALT_BYTES + _NONCE_BYTES:
        raise ValueError("nothing sealed")
    return sealed


def unseal(sealed: Sealed, passphrase: str, *, most: int = _MOST_BYTES) -> str:
    """The page again.

    Parameters
    ----------
    sealed, passphrase
        From `seal` or a page, and its words.
    most
        Bytes that it may unpack to: who has the words may have packed anything.

    Raises
    ------
    cryptography.exceptions.InvalidTag
        For another passphrase, or anything changed.
    ValueError
        When what was sealed is not packed as we pack it, or is more than `most`.
    """
    raw = base64.b64decode(sealed.body)
    salt, rest = raw[:_SALT_BYTES], raw[_SALT_BYTES:]
    nonce, ciphertext = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
    key = _key(passphrase, salt, json.loads(sealed.head)["rounds"])
    plain = AESGCM(key).decrypt(nonce, ciphertext, sealed.head.encode())
    size = int.from_bytes(plain[:_LENGTH_BYTES])
    stream = zlib.decompressobj()
    try:
        page = stream.decompress(plain[_LENGTH_BYTES : _LENGTH_BYTES + size], most)
    except zlib.error:
        raise ValueError("not packed by us") from None
    if not stream.eof:
        raise ValueError("cut off, or too much")
    return page.decode()


def _filled(packed: bytes) -> bytes:
    """Packed bytes after their length, with zeros up to a whole step."""
    plain = len(packed).to_bytes(_LENGTH_BYTES) + packed
    return plain + bytes(-len(plain) % _PAGE_STEP)


# Noughts of the keyboards on which teams type: Arabic, Persian, Burmese and Shan.
_DIGITS = {ord(nought) + value: str(value) for nought in "٠۰၀႐" for value in range(10)}
# What a keyboard or a message puts between letters unseen, and what stands between words or groups.
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_BETWEEN = re.compile("[-\u2010-\u2015\u2212 \t\n\v\f\r\u1680\u2028\u2029]+")


def as_typed(passphrase: str) -> str:
    """A passphrase as it counts; `words` in `static/seal.js` does the same.

    Case does not count, nor what stands between words, nor from which keyboard digits come; digits
    alone count as one number, however they are grouped.
    """
    plain = unicodedata.normalize("NFKC", passphrase).lower().translate(_DIGITS)
    words = _BETWEEN.sub(" ", _UNSEEN.sub("", plain)).strip(" ")
    return words.replace(" ", "") if re.fullmatch("[0-9 ]+", words) else words


def _key(passphrase: str, salt: bytes, rounds: int) -> bytes:
    words = as_typed(passphrase)
    if not words:
        raise ValueError("a passphrase has words")
    kdf = PBKDF2HMAC(hashes.SHA256(), _KEY_BYTES, salt, rounds)
    return kdf.derive(words.encode())
