"""Who may log in: people by password, programs by secret, and the applications they do it through."""

from __future__ import annotations

import asyncio
import functools
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from shared.actor import Role
from shared.web.limits import Limits, Rate

# OWASP's least for argon2id (Password Storage Cheat Sheet): two passes over 19 MiB, in one thread.
PASSWORDS = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
AT_ONCE = 2
LONGEST_PASSWORD = 1024
GUESSES = Limits(requests_per_second=10 / 60, burst=10)


@dataclass(frozen=True)
class Membership:
    """What somebody is in one tenant."""

    tenant_id: UUID
    tenant_name: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class Account:
    """A person, or a program (`client_credentials`), of one tenant; `subject` is the name they log in with.

    Who belongs to others too, `elsewhere`, chooses at each log-in.
    """

    subject: str
    name: str
    tenant_id: UUID
    roles: frozenset[Role]
    password_hash: str
    is_program: bool = False
    tenant_name: str = ""
    elsewhere: tuple[Membership, ...] = ()

    @property
    def memberships(self) -> tuple[Membership, ...]:
        """Every tenant that they belong to, their own first."""
        return (Membership(self.tenant_id, self.tenant_name, self.roles), *self.elsewhere)

    def at(self, tenant_id: UUID) -> Account | None:
        """The same account as one of `tenant_id`, if it belongs there."""
        for one in self.memberships:
            if one.tenant_id == tenant_id:
                return replace(self, tenant_id=one.tenant_id, tenant_name=one.tenant_name, roles=one.roles)
        return None


@dataclass(frozen=True)
class Client:
    """An application through which people log in; it keeps no secret, PKCE protects its codes."""

    client_id: str
    redirect_uris: frozenset[str]
    post_logout_uris: frozenset[str] = frozenset()


COMMAND_LINE = Client("command-line", frozenset({"http://127.0.0.1/logged-in"}))
"""The tour and other programs that act for a person and read the code from the redirect itself."""


def hash_password(password: str) -> str:
    """The argon2id hash under which `password` is kept."""
    return PASSWORDS.hash(password)


@functools.cache
def _of_nobody() -> str:
    """A hash to compare with where there is none, so that an unknown name takes as long as a known one."""
    return hash_password(secrets.token_hex())


class Accounts:
    """Everybody who may log in, and the proof that it is them."""

    def __init__(self, everybody: Iterable[Account], guesses: Limits = GUESSES) -> None:
        self._by_subject = {account.subject: account for account in everybody}
        self._rate = Rate(guesses)
        self._hashing = asyncio.Semaphore(AT_ONCE)

    def get(self, subject: str) -> Account | None:
        """The account of `subject`."""
        return self._by_subject.get(subject)

    async def prove(self, subject: str, password: str, *, is_program: bool) -> Account | None:
        """The account of `subject` if `password` is theirs; takes as long for somebody unknown.

        Raises TooManyRequests when it was tried too often lately.
        """
        self._rate.take(subject[:LONGEST_PASSWORD])
        account = self._by_subject.get(subject)
        known = account is not None and account.is_program == is_program
        kept = account.password_hash if account is not None and known else _of_nobody()
        async with self._hashing:
            fits = await asyncio.to_thread(PASSWORDS.verify, password[:LONGEST_PASSWORD], kept)
        return account if fits and known else None
