"""What others keep for us and must neither read nor change: sealed before it goes to a browser or to the database."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import Column, Dialect, MetaData, String, Table, bindparam, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeDecorator

HEADER = {"alg": "dir", "enc": "A256GCM", "zip": "DEF"}
REGISTRY = jwe.JWERegistry(algorithms=["dir", "A256GCM", "DEF"])
DOTS = 4  # in everything that was sealed


class Seal:
    """Seals with the first of its keys and opens with each of them, so that a key can be replaced."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Use `keys`, 32 bytes each, the newest first."""
        self._keys = [OctKey.import_key(key) for key in keys]
        self._header = {**HEADER, "kid": hashlib.sha256(keys[0]).hexdigest()[:8]}

    @classmethod
    def of(cls, setting: str) -> Seal:
        """The seal of a setting such as SESSION_KEY: 64 hexadecimal digits for each key, the newest first."""
        return cls([bytes.fromhex(key) for key in setting.split(",")])

    @property
    def mark(self) -> str:
        """What everything begins with that the newest key has sealed."""
        return self.close("", None).partition(".")[0]

    def close(self, purpose: str, said: Any) -> str:
        """`said`, which JSON can say, as text; it opens for the same `purpose` only."""
        return jwe.encrypt_compact(self._header, json.dumps([purpose, said]), self._keys[0], registry=REGISTRY)

    def open(self, purpose: str, sealed: str) -> Any:
        """What was sealed for `purpose`; None if it was not sealed by us, or for something else."""
        for key in self._keys:
            try:
                plain = jwe.decrypt_compact(sealed, key, registry=REGISTRY).plaintext
            except (JoseError, ValueError):
                continue
            for_what, said = json.loads(plain or b"null")
            return said if for_what == purpose else None
        return None


class Sealed(TypeDecorator[str]):
    """A column for a secret: the database and its backups see it sealed under SECRETS_KEY, our own code as it is.

    What none of the keys opens is read as None. What was written before the column was sealed is read as it stands,
    until `renew` has come by. A condition on such a column finds nothing, because nothing is sealed the same twice.
    """

    impl = String
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        """Keep secrets that are for `purpose`, and open no others."""
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal on the way to the database."""
        return None if value is None else of_secrets().close(self.purpose, value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open on the way back."""
        if value is None or value.count(".") != DOTS:
            return value
        opened: str | None = of_secrets().open(self.purpose, value)
        return opened


def of_secrets() -> Seal:
    """The seal of the setting SECRETS_KEY; it was checked when the process started."""
    return _sealing_with(os.environ["SECRETS_KEY"])


def sealed_columns(metadata: MetaData) -> Iterator[tuple[Table, Column[str]]]:
    """The columns for secrets, each with its table."""
    for table in metadata.sorted_tables:
        yield from ((table, column) for column in table.columns if isinstance(column.type, Sealed))


async def renew(session: AsyncSession, metadata: MetaData) -> tuple[int, int]:
    """Seal every secret of this tenant by the newest key; how many were sealed anew, and how many no key opens."""
    renewed = unopened = 0
    for table, column in sealed_columns(metadata):
        keys = [key for key in table.primary_key.columns if key.name != "tenant_id"]
        is_old = ~type_coerce(column, String).startswith(of_secrets().mark, autoescape=True)
        found = (await session.execute(select(*keys, column).where(is_old).with_for_update())).all()
        opened = [{f"is_{name}": value for name, value in row._mapping.items()} for row in found if row[-1] is not None]
        if opened:
            same = [key == bindparam(f"is_{key.name}") for key in keys]
            await session.execute(
                update(table).where(*same).values({column.name: bindparam(f"is_{column.name}")}), opened
            )
        renewed += len(opened)
        unopened += len(found) - len(opened)
    return renewed, unopened


@functools.lru_cache
def _sealing_with(keys: str) -> Seal:
    return Seal.of(keys)
