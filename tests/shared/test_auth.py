"""A token is believed only if our issuer signed it for us; whatever is wrong with one, the caller hears the same."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from shared.actor import Role
from shared.auth import AUDIENCE, Claims, JsonWebKeys, TokenRefused, Verifier, keys_at
from shared.clock import wall_clock
from shared.ids import new_id
from tests.support.api import ISSUER, MERIDIAN, public_keys, signing_key, token, verifier

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANOTHER_KEY = RSAKey.generate_key(2048, {"kid": "tests"})


async def reason(refused: str, by: Verifier | None = None) -> str:
    """Why `refused` is refused, in the log; fails if it is not, or if its valid twin is refused too."""
    trusted = by or verifier()
    with pytest.raises(TokenRefused) as refusal:
        await trusted.verify(refused)
    assert refusal.value.code() == "not_logged_in" and refusal.value.reason not in refusal.value.detail
    assert (await trusted.verify(token(Role.SALES_REP))).roles == {Role.SALES_REP}
    return refusal.value.reason


async def test_a_token_says_who_of_which_tenant_in_which_roles() -> None:
    given = token(Role.SALES_REP, subject="rita", name="Rita Rossi", roles=["sales_rep", "queen", 7], exp=4e9)
    claims = await verifier().verify(given)
    assert claims == Claims("rita", MERIDIAN, frozenset({"sales_rep"}), "Rita Rossi", 4e9)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"iss": "https://elsewhere.test"}, "another issuer"),
        ({"iss": None}, "another issuer"),
        ({"aud": "another product"}, "another audience"),
        ({"aud": ["another product"]}, "another audience"),
        ({"aud": None}, "another audience"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "exp missing or no number"),
        ({"exp": "4000000000"}, "exp missing or no number"),
        ({"exp": True}, "exp missing or no number"),
        ({"nbf": 4_000_000_000}, "not valid yet"),
        ({"sub": None}, "sub missing or malformed"),
        ({"sub": "two\nlines"}, "sub missing or malformed"),
        ({"tenant": "not an id"}, "tenant missing or malformed"),
        ({"tenant": [str(MERIDIAN)]}, "tenant missing or malformed"),
        ({"roles": "administrator"}, "roles are no list"),
        ({"typ": "ID"}, "not an access token"),
        ({"typ": "Refresh"}, "not an access token"),
    ],
)
async def test_a_token_that_says_the_wrong_thing_is_refused(claims: dict[str, Any], expected: str) -> None:
    assert await reason(token(Role.ADMINISTRATOR, **claims)) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"kid": "unknown"}, "key unknown"),
        ({"kid": "../../etc/passwd"}, "key unknown"),
        ({"kid": "' or 1=1 --"}, "key unknown"),
        ({"kid": None}, "key unknown"),
        ({"typ": "JWT"}, "not an access token"),
        ({"typ": None}, "not an access token"),
        ({"jwk": signing_key().as_dict(private=False)}, "header 'jwk' not allowed"),
        ({"jku": "https://evil.test/keys"}, "header 'jku' not allowed"),
        ({"x5u": "https://evil.test/chain"}, "header 'x5u' not allowed"),
    ],
)
async def test_a_token_that_brings_its_own_key_or_none_of_ours_is_refused(
    header: dict[str, Any], expected: str
) -> None:
    assert await reason(token(Role.ADMINISTRATOR, header=header)) == expected


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "HS256"])
async def test_an_algorithm_that_proves_nothing_is_refused(algorithm: str) -> None:
    _, payload, _ = token(Role.ADMINISTRATOR).split(".")
    header = {"alg": algorithm, "kid": "tests", "typ": "at+jwt"}
    assert await reason(f"{_part(header)}.{payload}.") == "algorithm not allowed"


async def test_a_token_signed_with_our_public_key_as_a_shared_secret_is_refused() -> None:
    unsigned = f"{_part({'alg': 'HS256', 'kid': 'tests', 'typ': 'at+jwt'})}.{_part(_said())}"
    signature = hmac.digest(signing_key().as_pem(private=False), unsigned.encode(), "sha256")
    assert await reason(f"{unsigned}.{_base64(signature)}") == "algorithm not allowed"


async def test_a_token_signed_by_somebody_else_is_refused() -> None:
    forged = jwt.encode({"alg": "RS256", "kid": "tests", "typ": "at+jwt"}, _said(), ANOTHER_KEY)
    assert (await reason(forged)).startswith("signature")


async def test_a_token_whose_tenant_was_edited_is_refused() -> None:
    head, _, signature = token(Role.SALES_REP).split(".")
    edited = _part({**_said(), "tenant": str(new_id())})
    assert (await reason(f"{head}.{edited}.{signature}")).startswith("signature")


async def test_a_claim_that_is_there_twice_is_refused() -> None:
    twice = json.dumps(_said())[:-1] + f', "tenant": "{new_id()}"}}'
    signed = jws.serialize_compact({"alg": "RS256", "kid": "tests", "typ": "at+jwt"}, twice, signing_key())
    assert await reason(signed) == "not JSON, or a claim twice"


@pytest.mark.parametrize("text", ["", "a", "a.b", "a.b.c", "é.é.é", ". .", "a" * 9000, "x." * 4000])
async def test_what_is_no_token_is_refused(text: str) -> None:
    assert await reason(text)


async def test_a_token_longer_than_8_kib_is_refused_unread() -> None:
    assert await reason(token(Role.ADMINISTRATOR, name="x" * 64_000)) == "longer than 8 KiB"


async def test_a_token_is_good_until_it_expires_and_half_a_minute_longer_though_it_was_seen_before() -> None:
    now = NOW
    trusted = Verifier(ISSUER, public_keys, clock=lambda: now)
    given = token(exp=(NOW + timedelta(minutes=15)).timestamp())
    for later in (timedelta(0), timedelta(minutes=15), timedelta(minutes=15, seconds=29)):
        now = NOW + later
        assert (await trusted.verify(given)).subject == "somebody"
    now = NOW + timedelta(minutes=15, seconds=30)
    with pytest.raises(TokenRefused):
        await trusted.verify(given)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # by RFC 9864, while providers still say so
@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", signing_key()),
        ("ES256", ECKey.generate_key("P-256", {"kid": "tests"})),
        ("EdDSA", OKPKey.generate_key("Ed25519", {"kid": "tests"})),
        ("Ed25519", OKPKey.generate_key("Ed25519", {"kid": "tests"})),
    ],
)
async def test_every_allowed_algorithm_proves_a_token(algorithm: str, key: RSAKey | ECKey | OKPKey) -> None:
    async def keys() -> JsonWebKeys:
        return {"keys": [key.as_dict(private=False)]}

    header = {"alg": algorithm, "kid": "tests", "typ": "at+jwt"}
    given = jwt.encode(header, _said(), key, algorithms=[algorithm])
    assert (await Verifier(ISSUER, keys).verify(given)).subject == "somebody"
    with pytest.raises(TokenRefused):
        await Verifier(ISSUER, keys, algorithms=frozenset({"ES512"})).verify(given)


class Issuer:
    """An issuer whose keys change, and that counts how often it is asked."""

    def __init__(self) -> None:
        self.keys = [RSAKey.generate_key(2048, {"kid": "first"})]
        self.asked = 0
        self.is_down = False

    async def __call__(self) -> JsonWebKeys:
        self.asked += 1
        if self.is_down:
            raise httpx2.ConnectError("down")
        return KeySet(list(self.keys)).as_dict(private=False)

    def token(self, key: int = -1) -> str:
        chosen = self.keys[key]
        return jwt.encode({"alg": "RS256", "kid": chosen.kid, "typ": "at+jwt"}, _said(), chosen)


async def test_keys_are_asked_for_once_and_again_for_an_unknown_one_at_most_every_half_minute() -> None:
    now = wall_clock()
    issuer = Issuer()
    trusted = Verifier(ISSUER, issuer, clock=lambda: now)
    for _ in range(3):
        await trusted.verify(issuer.token())
    assert issuer.asked == 1
    issuer.keys.append(RSAKey.generate_key(2048, {"kid": "second"}))
    for _ in range(3):
        with pytest.raises(TokenRefused):
            await trusted.verify(issuer.token())
    assert issuer.asked == 1
    now += timedelta(seconds=30)
    assert await trusted.verify(issuer.token(-1)) == await trusted.verify(issuer.token(0))
    assert issuer.asked == 2


async def test_a_key_that_was_withdrawn_proves_nothing_after_five_minutes() -> None:
    now = wall_clock()
    issuer = Issuer()
    trusted = Verifier(ISSUER, issuer, clock=lambda: now)
    old = issuer.token()
    await trusted.verify(old)
    issuer.keys = [RSAKey.generate_key(2048, {"kid": "second"})]
    now += timedelta(minutes=5)
    with pytest.raises(TokenRefused):
        await trusted.verify(old)
    assert (await trusted.verify(issuer.token())).subject == "somebody"


async def test_known_keys_serve_while_the_issuer_is_down() -> None:
    now = wall_clock()
    issuer = Issuer()
    trusted = Verifier(ISSUER, issuer, clock=lambda: now)
    given = issuer.token()
    await trusted.verify(given)
    issuer.is_down = True
    now += timedelta(minutes=6)
    assert (await trusted.verify(given)).subject == "somebody"
    assert issuer.asked == 2


async def test_an_issuer_that_cannot_be_reached_proves_nobody() -> None:
    nowhere = Verifier(ISSUER, keys_at("http://127.0.0.1:1/keys", seconds=1))
    with pytest.raises(TokenRefused):
        await nowhere.verify(token(Role.ADMINISTRATOR))


async def test_a_secret_in_the_key_set_is_no_key() -> None:
    async def keys() -> JsonWebKeys:
        secret = {"kty": "oct", "kid": "secret", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXM"}
        for_encryption = {**signing_key().as_dict(private=False), "kid": "enc", "use": "enc"}
        return {"keys": [secret, for_encryption, signing_key().as_dict(private=False)]}

    trusted = Verifier(ISSUER, keys)
    for kid in ("secret", "enc"):
        assert await reason(token(Role.ADMINISTRATOR, header={"kid": kid}), trusted) == "key unknown"


def _said() -> dict[str, Any]:
    later = int(wall_clock().timestamp()) + 900
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "somebody",
        "tenant": str(MERIDIAN),
        "roles": ["administrator"],
        "exp": later,
    }


def _part(said: dict[str, Any]) -> str:
    return _base64(json.dumps(said).encode())


def _base64(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")
