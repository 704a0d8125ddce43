"""The issuer over HTTP: discovery, keys, and the token endpoint. Its errors are OAuth's (RFC 6749, 5.2)."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from deploy.suite.issuer.accounts import Account
from deploy.suite.issuer.grants import LogIn
from deploy.suite.issuer.issuer import Issuer
from deploy.suite.issuer.keys import ALGORITHM
from deploy.suite.issuer.log_in import LogInPage
from shared.web.front import Drain, Front
from shared.web.limits import TooManyRequests

STATIC = Path(__file__).parent / "static"
FORM_BYTES = 64 * 1024
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def create_issuer_app(issuer: Issuer) -> Starlette:
    """The application that serves `issuer` at the path of its URL."""
    page = LogInPage(issuer)
    tokens = TokenEndpoint(issuer)
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", _discovery),
            Route("/keys", _keys),
            Route("/authorize", page.show, methods=["GET"]),
            Route("/authorize", page.submit, methods=["POST"]),
            Route("/end-session", page.leave, methods=["GET"]),
            Route("/token", tokens.answer, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[
            Middleware(Front, drain=Drain(), telemetry=None),
            Middleware(RequestBodyLimitMiddleware, max_body_size=FORM_BYTES),
        ],
    )
    app.state.issuer = issuer
    return app


async def _discovery(request: Request) -> Response:
    url = request.app.state.issuer.url
    return JSONResponse(
        {
            "issuer": url,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "end_session_endpoint": f"{url}/end-session",
            "jwks_uri": f"{url}/keys",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
            "scopes_supported": ["openid"],
            "prompt_values_supported": ["login", "select_account"],
        }
    )


async def _keys(request: Request) -> Response:
    return JSONResponse(request.app.state.issuer.keys.public())


class TokenRefusal(Exception):
    """The token endpoint refuses, with one of OAuth's codes."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


class TokenEndpoint:
    """Turns a code, a refresh token or a program's secret into tokens."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    async def answer(self, request: Request) -> Response:
        """Answer one request for tokens."""
        headers = {"cache-control": "no-store", "pragma": "no-cache"}
        try:
            return JSONResponse(await self._tokens(request), headers=headers)
        except TokenRefusal as refusal:
            if refusal.status == 401:
                headers["www-authenticate"] = "Basic"
            said = {"error": refusal.error, "error_description": refusal.description}
            return JSONResponse(said, refusal.status, headers)
        except TooManyRequests as refusal:
            headers["retry-after"] = str(refusal.retry_after)
            return JSONResponse({"error": "slow_down", "error_description": refusal.detail}, 429, headers)

    async def _tokens(self, request: Request) -> dict[str, Any]:
        async with request.form() as form:
            match _one(form, "grant_type"):
                case "authorization_code":
                    return self._for_code(form)
                case "refresh_token":
                    return self._for_refresh(form)
                case "client_credentials":
                    return self._issuer.token_answer(await self._program(request, form))
        raise TokenRefusal("unsupported_grant_type", "Use authorization_code, refresh_token or client_credentials.")

    def _for_code(self, form: FormData) -> dict[str, Any]:
        verifier = _one(form, "code_verifier")
        if not VERIFIER.fullmatch(verifier):
            raise TokenRefusal("invalid_request", "code_verifier is 43 to 128 characters (RFC 7636).")
        log_in = self._issuer.grants.redeem_code(
            _one(form, "code"),
            client_id=_one(form, "client_id"),
            redirect_uri=_one(form, "redirect_uri"),
            verifier=verifier,
        )
        return self._granted(log_in)

    def _for_refresh(self, form: FormData) -> dict[str, Any]:
        log_in = self._issuer.grants.redeem_refresh(_one(form, "refresh_token"), client_id=_one(form, "client_id"))
        return self._granted(log_in)

    def _granted(self, log_in: LogIn | None) -> dict[str, Any]:
        tokens = self._issuer.tokens_for(log_in) if log_in else None
        if tokens is None:
            raise TokenRefusal("invalid_grant", "This is unknown, used or expired. Log in again.")
        return tokens

    async def _program(self, request: Request, form: FormData) -> Account:
        client_id, secret = _basic(request) or (_one(form, "client_id"), _one(form, "client_secret"))
        account = await self._issuer.accounts.prove(client_id, secret, is_program=True)
        if account is None:
            raise TokenRefusal("invalid_client", "Unknown client, or not its secret.", 401)
        return account


def _one(form: FormData, name: str) -> str:
    """The only value of `name`; whatever is there twice could be read in two ways."""
    match form.getlist(name):
        case [str() as value]:
            return value
    raise TokenRefusal("invalid_request", f"Send {name} exactly once.")


def _basic(request: Request) -> tuple[str, str] | None:
    """The client id and secret in the header Authorization (RFC 6749, 2.3.1)."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise TokenRefusal("invalid_client", "The header Authorization is malformed.", 401) from error
    return unquote(client_id), unquote(secret)
