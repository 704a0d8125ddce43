"""Taking a sealed batch as an ERP would: by its number, in the form that its own books read."""

from __future__ import annotations

import re

from deploy.suite.desk import Desk

BILLING = "/billing/api/v1"


class NoSuchNumber(Exception):
    """The chain of the legal entity does not reach that number."""


async def files_of_batch(desk: Desk, legal_entity: str, number: int, form: str) -> dict[str, bytes]:
    """Every file that batch `number` is in `form`, by its name. Raises NoSuchNumber, WentWrong."""
    chain = await desk.get(f"{BILLING}/ledger-chains/{legal_entity}", after=number - 1, limit=1)
    if not chain["items"]:
        raise NoSuchNumber(f"{legal_entity} has no batch {number} yet.")
    place = f"{BILLING}/ledger-batches/{chain['items'][0]['id']}/{form}"
    files: dict[str, bytes] = {}
    more = True
    while more:
        answer = await desk.download(place, part=len(files) + 1)
        named = re.search(r'filename="([^"/]+)"', answer.headers.get("content-disposition", ""))
        files[named[1] if named else f"{form}-{number}-{len(files) + 1}"] = answer.content
        more = 'rel="next"' in answer.headers.get("link", "")
    return files
