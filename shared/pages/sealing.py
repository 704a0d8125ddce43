"""What browsers keep for us: encrypted and signed, so that they can neither read nor change it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

HEADER = {"alg": "dir", "enc": "A256GCM", "zip": "DEF"}
REGISTRY = jwe.JWERegistry(algorithms=["dir", "A256GCM", "DEF"])


class Seal:
    """Seals with the first of its keys and opens with each of them, so that a key can be replaced."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Use `keys`, 32 bytes each, the newest first."""
        self._keys = [OctKey.import_key(key) for key in keys]

    @classmethod
    def of(cls, setting: str) -> Seal:
        """The seal of the setting SESSION_KEY: 64 hexadecimal digits for each key, the newest first."""
        return cls([bytes.fromhex(key) for key in setting.split(",")])

    def close(self, purpose: str, said: Mapping[str, Any]) -> str:
        """`said` as text for a cookie; it opens for the same `purpose` only."""
        return jwe.encrypt_compact(HEADER, json.dumps([purpose, said]), self._keys[0], registry=REGISTRY)

    def open(self, purpose: str, sealed: str) -> dict[str, Any] | None:
        """What was sealed for `purpose`; nothing if it was not sealed by us, or for something else."""
        for key in self._keys:
            try:
                plain = jwe.decrypt_compact(sealed, key, registry=REGISTRY).plaintext
            except (JoseError, ValueError):
                continue
            for_what, said = json.loads(plain or b"null")
            return said if for_what == purpose else None
        return None
