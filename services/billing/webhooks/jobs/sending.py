"""Sending to an address that somebody gave us: only to one that was looked up and checked, and no further.

The host's addresses are all checked, then one of them is called by number, so that a name cannot lead elsewhere
between the check and the call. Redirects are not followed and proxies of the surroundings not used.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address

import httpx2

from services.billing.webhooks.model.addresses import Address, Network, may_be_called
from services.billing.webhooks.model.webhook import ANSWER_KEPT, Letter, Outcome, headers_of

PATIENCE = 10.0  # seconds for all of an attempt
HTTPS = 443


class NotCalled(Exception):
    """The host of a webhook leads to an address that we do not call."""


class NotSigned(Exception):
    """None of the keys in SECRETS_KEY opens this webhook's secret. Bring the key back, or give it another secret."""


async def sent(letter: Letter, *, at: datetime, allowed: Sequence[Network]) -> Outcome:
    """Send a letter once; whatever goes wrong is told in the outcome."""
    began = time.monotonic()
    status, answer, error = None, None, None
    try:
        async with asyncio.timeout(PATIENCE):
            status, answer = await _post(letter, at, allowed)
    except TimeoutError:
        error = f"No answer within {PATIENCE:.0f} seconds."
    except (NotCalled, NotSigned, OSError, httpx2.HTTPError, httpx2.InvalidURL) as problem:
        error = f"{type(problem).__name__}: {problem}"[:ANSWER_KEPT]
    return Outcome(at, round((time.monotonic() - began) * 1000), status, answer, error)


async def address_of(host: str, port: int, allowed: Sequence[Network]) -> Address:
    """The address to call a host by, IPv4 where there is one; raises NotCalled unless all of its addresses may be."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(place[0]).partition("%")[0]) for *_, place in found]
    for address in addresses:
        if not may_be_called(address, allowed):
            raise NotCalled(f"{host} leads to {address}, which is no public address.")
    return min(addresses, key=lambda address: address.version)


async def _post(letter: Letter, at: datetime, allowed: Sequence[Network]) -> tuple[int, str]:
    if not letter.secrets:
        raise NotSigned(NotSigned.__doc__)
    target = httpx2.URL(letter.url)
    address = await address_of(target.host, target.port or HTTPS, allowed)
    by_number = target.copy_with(host=str(address))
    headers = {**headers_of(letter, at), "host": target.netloc.decode(), "user-agent": "Throughline-Webhooks"}
    client = httpx2.AsyncClient(
        verify=ssl.create_default_context(), trust_env=False, follow_redirects=False, timeout=PATIENCE
    )
    async with (
        client,
        client.stream(
            "POST", by_number, content=letter.body, headers=headers, extensions={"sni_hostname": target.host}
        ) as answer,
    ):
        return answer.status_code, await _beginning(answer)


async def _beginning(answer: httpx2.Response) -> str:
    """As much as is kept of what the receiver says; the rest is not read."""
    read = b""
    async for part in answer.aiter_raw():
        read += part
        if len(read) >= ANSWER_KEPT:
            break
    return read[:ANSWER_KEPT].decode(errors="replace").replace("\0", "")
