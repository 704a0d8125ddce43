"""The keys that sign tokens: made once, kept readable by us alone, replaced without anybody being logged out."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from joserfc.jwk import KeySet, RSAKey

ALGORITHM = "RS256"
BITS = 2048
KEPT = 2  # the one that signs, and the one before it, whose tokens are still about


class SigningKeys:
    """The newest key signs; the key set shows it and the one before."""

    def __init__(self, file: Path) -> None:
        """Read the keys in `file`, or make the first one."""
        self._file = file
        self._keys = self._read() if file.exists() else []
        if not self._keys:
            self.rotate()

    @property
    def current(self) -> RSAKey:
        """The key that signs."""
        return self._keys[0]

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        made = RSAKey.generate_key(BITS, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        self._keys = [made, *self._keys][:KEPT]
        self._write()

    def public(self) -> dict[str, Any]:
        """The key set that everybody may see."""
        return {"keys": [key.as_dict(private=False) for key in self._keys]}

    def _read(self) -> list[RSAKey]:
        found = KeySet.import_key_set(json.loads(self._file.read_text()))
        return [key for key in found.keys if isinstance(key, RSAKey)]

    def _write(self) -> None:
        """Replace the file as a whole, so that a crash leaves the old one or the new one."""
        unfinished = self._file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"keys": [key.as_dict(private=True) for key in self._keys]}, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._file)
