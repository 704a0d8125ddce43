"""Tells the story of the tree it runs in to services at work elsewhere, and prints what came of it, as JSON.

Services of two releases are tried by the story of the older one, which knows what that release promised.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

import httpx2

from deploy.suite.desk import Desk
from deploy.suite.members import SERVICES
from deploy.suite.people import ERP_CLIENT
from shared import telemetry
from tests.support.evidence import Evidence
from tests.support.separate_services import Edge
from tests.support.story import OUTCOME, outcome, told


async def main() -> None:
    """Tell it with TOKENS by way of PORTS and ISSUER_PORT; fail unless DATABASES hold what must come of it."""
    given = {name: json.loads(os.environ[name]) for name in ("TOKENS", "PORTS", "ISSUER_PORT", "DATABASES")}
    edge = Edge(given["PORTS"], given["ISSUER_PORT"])
    async with httpx2.AsyncClient(base_url="http://suite.test", transport=edge, timeout=60) as http:
        desks = {login: Desk(http, token) for login, token in given["TOKENS"].items()}
        await told(desks, desks[ERP_CLIENT], telemetry.watch("teller"))
    evidence = Evidence(given["DATABASES"])
    await evidence.settled()
    found = await outcome(evidence)
    assert found == OUTCOME, found
    reacting = {each.name: [(one.consumer, one.routing_key) for one in each.all_reactions] for each in SERVICES}
    sys.stdout.write(json.dumps(reacting) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
