"""Sealed contents: what a wiki may hide is stored encrypted, each part under a key of its own.

The key lies in a row of the same database: sealing does not guard against who can read all of it.
It is there so that erasing is one small row going away, wherever the database may still keep old
copies of the large ones.
"""

import os
import zlib
from typing import Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Part = Literal["text", "comment", "editor", "note"]
KEY_BYTES = 32
NONCE_BYTES = 12


def new_key() -> bytes:
    """A fresh key: 256 random bits."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, part: Part, edit_id: int, text: str) -> bytes:
    """The text compressed and encrypted (AES-256-GCM), bound to its part and edit."""
    nonce = os.urandom(NONCE_BYTES)
    packed = zlib.compress(text.encode("utf-8", "surrogatepass"), 1)
    return nonce + AESGCM(key).encrypt(nonce, packed, _context(part, edit_id))


def unseal(key: bytes, part: Part, edit_id: int, sealed: bytes) -> str:
    """The text that `seal` took. Raises cryptography's InvalidTag if anything was exchanged."""
    nonce, data = bytes(sealed[:NONCE_BYTES]), bytes(sealed[NONCE_BYTES:])
    packed = AESGCM(bytes(key)).decrypt(nonce, data, _context(part, edit_id))
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")


def _context(part: Part, edit_id: int) -> bytes:
    return f"{edit_id}:{part}".encode()
