"""Access tokens: who is asking, proved by the signature of an issuer we trust.

A token is a JWT as RFC 9068 profiles it (header `typ: at+jwt`), with the claims `iss`, `aud`, `exp`, `sub`,
`tenant` and `roles`. Whatever is wrong with one, the caller hears the same; the log says what it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import httpx2
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet
from joserfc.util import urlsafe_b64decode

from shared.actor import Role
from shared.clock import Clock, wall_clock
from shared.errors import Refused

log = logging.getLogger(__name__)

AUDIENCE = "throughline"
ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA", "Ed25519"})  # the last two are one, by two names
HEADERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})  # anything else could bring a key of its own
TYPES = frozenset({"at+jwt", "application/at+jwt"})
ROLES = frozenset(Role)
LONGEST_TOKEN = 8 * 1024
LEEWAY = timedelta(seconds=30)
KEYS_KEPT = timedelta(minutes=5)
KEYS_ASKED_AT_MOST_EVERY = timedelta(seconds=30)
REMEMBERED_TOKENS = 4096

JsonWebKeys = Mapping[str, Any]
KeySource = Callable[[], Awaitable[JsonWebKeys]]


class NotLoggedIn(Refused):
    """You are not logged in, or your log-in has ended.

    Log in again and send the access token in the header `Authorization: Bearer …`.
    """


class TokenRefused(NotLoggedIn):
    """You are not logged in, or your log-in has ended.

    Log in again and send the access token in the header `Authorization: Bearer …`.
    """

    def __init__(self, reason: str) -> None:
        """Refuse for `reason`, which is for the log and not for the caller."""
        super().__init__()
        self.reason = reason

    @classmethod
    def code(cls) -> str:
        """The same code as for no token at all: nobody learns what was wrong."""
        return NotLoggedIn.code()


@dataclass(frozen=True)
class Claims:
    """What a verified token says; `expires_at` in seconds since 1970."""

    subject: str
    tenant_id: UUID
    roles: frozenset[str]
    name: str
    expires_at: float
    tenant_name: str = ""


class Keys:
    """The issuer's public keys, asked for when needed: every five minutes, or at once for a key not seen before."""

    def __init__(self, source: KeySource, clock: Clock = wall_clock) -> None:
        self._source = source
        self._clock = clock
        self._found: dict[str, Key] = {}
        self._asked_at: float | None = None
        self._asking = asyncio.Lock()
        self.edition = 0
        """Counted up whenever the set of keys has changed."""

    async def refresh_if_old(self) -> None:
        """Ask again when the keys are older than five minutes."""
        if self._age() >= KEYS_KEPT.total_seconds():
            await self._ask(KEYS_KEPT)

    async def get(self, kid: str) -> Key | None:
        """The key called `kid`; an unknown one makes us ask, at most once in 30 seconds."""
        if kid not in self._found:
            await self._ask(KEYS_ASKED_AT_MOST_EVERY)
        return self._found.get(kid)

    def _age(self) -> float:
        return float("inf") if self._asked_at is None else self._clock().timestamp() - self._asked_at

    async def _ask(self, younger_will_do: timedelta) -> None:
        async with self._asking:
            if self._age() < younger_will_do.total_seconds():
                return
            self._asked_at = self._clock().timestamp()
            try:
                found = _public_keys(await self._source())
            except (httpx2.HTTPError, JoseError, ValueError, TypeError, KeyError) as error:
                log.warning("the issuer's keys could not be had: %s", error)
                return
            if found.keys() != self._found.keys():
                self.edition += 1
            self._found = found


class Verifier:
    """Tells whether a token was made out to us by our issuer, and what it says."""

    def __init__(
        self,
        issuer: str,
        keys: KeySource,
        *,
        audience: str = AUDIENCE,
        algorithms: frozenset[str] = ALGORITHMS,
        leeway: timedelta = LEEWAY,
        clock: Clock = wall_clock,
    ) -> None:
        self.issuer = issuer
        self.audience = audience
        self._registry = jws.JWSRegistry(algorithms=sorted(algorithms))
        self._algorithms = algorithms
        self._leeway = leeway.total_seconds()
        self._clock = clock
        self._keys = Keys(keys, clock)
        self._remembered: OrderedDict[bytes, Claims] = OrderedDict()
        self._edition = 0

    async def verify(self, token: str) -> Claims:
        """The claims of `token`. Raises TokenRefused."""
        if len(token) > LONGEST_TOKEN:
            raise TokenRefused("longer than 8 KiB")
        await self._keys.refresh_if_old()
        if self._edition != self._keys.edition:
            self._remembered.clear()
            self._edition = self._keys.edition
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        claims = self._remembered.get(digest)
        if claims is None:
            claims = await self._read(token)
            self._remember(digest, claims)
        if claims.expires_at + self._leeway <= self._clock().timestamp():
            raise TokenRefused("expired")
        return claims

    def _remember(self, digest: bytes, claims: Claims) -> None:
        self._remembered[digest] = claims
        if len(self._remembered) > REMEMBERED_TOKENS:
            self._remembered.popitem(last=False)

    async def _read(self, token: str) -> Claims:
        header = _header_of(token)
        if header.get("alg") not in self._algorithms:
            raise TokenRefused("algorithm not allowed")
        if unknown := header.keys() - HEADERS:
            raise TokenRefused(f"header {sorted(unknown)[0]!r} not allowed")
        if str(header.get("typ", "")).lower() not in TYPES:
            raise TokenRefused("not an access token")
        kid = header.get("kid")
        key = await self._keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise TokenRefused("key unknown")
        try:
            signed = jws.deserialize_compact(token, key, registry=self._registry)
        except (JoseError, ValueError) as error:
            raise TokenRefused(f"signature: {error}") from error
        return self._claims_in(_object(signed.payload))

    def _claims_in(self, said: Mapping[str, Any]) -> Claims:
        if said.get("iss") != self.issuer:
            raise TokenRefused("another issuer")
        audience = said.get("aud")
        if self.audience not in (audience if isinstance(audience, list) else [audience]):
            raise TokenRefused("another audience")
        if said.get("typ", "Bearer") != "Bearer":
            raise TokenRefused("not an access token")
        expires_at = _instant(said, "exp")
        if "nbf" in said and _instant(said, "nbf") > self._clock().timestamp() + self._leeway:
            raise TokenRefused("not valid yet")
        roles = said.get("roles", [])
        if not isinstance(roles, list):
            raise TokenRefused("roles are no list")
        return Claims(
            subject=_subject(said),
            tenant_id=_tenant(said),
            roles=ROLES.intersection(role for role in roles if isinstance(role, str)),
            name=str(said.get("name", "")),
            expires_at=expires_at,
            tenant_name=str(said.get("tenant_name", "")),
        )


def keys_at(url: str, *, seconds: float = 5) -> KeySource:
    """The key set that `url` serves, waiting at most `seconds`."""

    async def ask() -> JsonWebKeys:
        return await _get_json(url, seconds)

    return ask


def keys_of(issuer: str, *, seconds: float = 5) -> KeySource:
    """The key set that the discovery document of `issuer` names, waiting at most `seconds` for each."""

    async def ask() -> JsonWebKeys:
        found = await _get_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration", seconds)
        return await _get_json(str(found["jwks_uri"]), seconds)

    return ask


async def _get_json(url: str, seconds: float) -> JsonWebKeys:
    async with httpx2.AsyncClient(timeout=seconds) as http:
        answer = (await http.get(url)).raise_for_status()
        return cast(JsonWebKeys, answer.json())


def _public_keys(said: JsonWebKeys) -> dict[str, Key]:
    """Keys by their id; those for something else than signing, and secrets, are left out."""
    for_signing = [
        one
        for one in cast(Sequence[dict[str, Any]], said["keys"])
        if one.get("kid") and one.get("kty") in ("RSA", "EC", "OKP") and one.get("use", "sig") == "sig"
    ]
    found = KeySet.import_key_set({"keys": for_signing})
    return {key.kid: key for key in found.keys if key.kid}


def _header_of(token: str) -> dict[str, Any]:
    try:
        head, _, _ = token.split(".")
        return _object(urlsafe_b64decode(head.encode("ascii")))
    except ValueError as error:
        raise TokenRefused("not a signed token") from error


def _object(text: bytes) -> dict[str, Any]:
    try:
        said = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise TokenRefused("not JSON, or a claim twice") from error
    if not isinstance(said, dict):
        raise TokenRefused("not a JSON object")
    return said


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(said := dict(pairs)) < len(pairs):
        raise ValueError("a name is there twice")
    return said


def _instant(said: Mapping[str, Any], name: str) -> float:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefused(f"{name} missing or no number")
    return float(value)


def _subject(said: Mapping[str, Any]) -> str:
    subject = said.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isprintable():
        raise TokenRefused("sub missing or malformed")
    return subject


def _tenant(said: Mapping[str, Any]) -> UUID:
    try:
        return UUID(said["tenant"])
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise TokenRefused("tenant missing or malformed") from error
