"""How people log in to the embedded suite with a browser: by its own issuer, with a key that lives as long as it."""

from __future__ import annotations

import secrets

import httpx2
from starlette.applications import Starlette
from starlette.routing import Mount

from deploy.suite.issuer.client import PATH
from deploy.suite.issuer.firm import BROWSER
from deploy.suite.issuer.issuer import Issuer
from shared.auth import Verifier
from shared.pages.provider import Provider
from shared.pages.session import Sessions
from shared.sealing import Seal


def sessions_of(issuer: Issuer, app: Starlette) -> Sessions:
    """The sessions of everybody who is logged in by `issuer`, which `app` serves in the same process."""
    served = Starlette(routes=[Mount(PATH, app)])

    def http() -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(served))

    provider = Provider(issuer.url, client_id=BROWSER, http=http)
    verifier = Verifier(issuer.url, issuer.key_source)
    return Sessions(provider, verifier, Seal([secrets.token_bytes(32)]), issuer.url.removesuffix(PATH))
