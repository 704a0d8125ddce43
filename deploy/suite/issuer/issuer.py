"""The issuer: turns a proved log-in into signed tokens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt

from deploy.suite.issuer.accounts import COMMAND_LINE, GUESSES, Account, Accounts, Client
from deploy.suite.issuer.grants import Grants, LogIn
from deploy.suite.issuer.keys import ALGORITHM, SigningKeys
from deploy.suite.issuer.visits import Visits
from shared.auth import AUDIENCE, JsonWebKeys
from shared.clock import Clock, wall_clock
from shared.ids import new_id
from shared.web.limits import Limits

ACCESS_LASTS = timedelta(minutes=15)


class Issuer:
    """Everything that the HTTP side needs, and that tests use without it."""

    def __init__(
        self,
        url: str,
        accounts: Iterable[Account],
        directory: Path,
        *,
        clients: Iterable[Client] = (COMMAND_LINE,),
        clock: Clock = wall_clock,
        guesses: Limits = GUESSES,
    ) -> None:
        """Issue tokens as `url` to `accounts`, signed by the keys in `directory`, which must exist."""
        self.url = url.rstrip("/")
        self.accounts = Accounts(accounts, guesses)
        self.clients = {client.client_id: client for client in clients}
        self.keys = SigningKeys(directory / "issuer-keys.json")
        self.grants = Grants(clock)
        self.visits = Visits(clock)
        self._clock = clock

    def token_for(self, subject: str) -> str:
        """An access token for `subject`, without asking for a password: for code in the same process."""
        account = self.accounts.get(subject)
        if account is None:
            raise KeyError(f"Nobody logs in as {subject!r}.")
        return self.access_token(account)

    async def key_source(self) -> JsonWebKeys:
        """The key set, for a Verifier in the same process."""
        return self.keys.public()

    def access_token(self, account: Account) -> str:
        """What `account` shows to services, for a quarter of an hour (RFC 9068)."""
        return self._sign(
            "at+jwt",
            account,
            {
                "aud": AUDIENCE,
                "jti": str(new_id()),
                "tenant": str(account.tenant_id),
                "tenant_name": account.tenant_name,
                "roles": sorted(account.roles),
            },
        )

    def tokens_for(self, log_in: LogIn) -> dict[str, Any] | None:
        """The answer of the token endpoint to a log-in; none if the account is gone."""
        known = self.accounts.get(log_in.subject)
        account = known.at(log_in.tenant_id) if known else None
        if account is None:
            return None
        nonce = {"nonce": log_in.asked.nonce} if log_in.asked.nonce else {}
        return {
            **self.token_answer(account),
            "refresh_token": self.grants.refresh(log_in),
            "id_token": self._sign("JWT", account, {"aud": log_in.asked.client_id, **nonce}),
        }

    def token_answer(self, account: Account) -> dict[str, Any]:
        """The part of the token endpoint's answer that programs and people have in common."""
        return {
            "access_token": self.access_token(account),
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LASTS.total_seconds()),
        }

    def _sign(self, kind: str, account: Account, claims: dict[str, Any]) -> str:
        now = int(self._clock().timestamp())
        key = self.keys.current
        said = {
            "iss": self.url,
            "sub": account.subject,
            "name": account.name,
            "iat": now,
            "exp": now + int(ACCESS_LASTS.total_seconds()),
            **claims,
        }
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": kind}, said, key)
