"""Tells the story of the tree it runs in to services at work elsewhere, and prints what came of it, as JSON.

Services of two releases are tried by the story of the older one, which knows what that release promised.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from deploy.suite.members import SERVICES
from shared import telemetry
from tests.support.evidence import Evidence
from tests.support.separate_services import Edge
from tests.support.story import OUTCOME, at_their_desks, outcome, told


async def main() -> None:
    """Tell it by way of PORTS and ISSUER_PORT, look into DATABASES, and fail unless it ends as it should."""
    evidence = Evidence(json.loads(os.environ["DATABASES"]))
    edge = Edge(json.loads(os.environ["PORTS"]), int(os.environ["ISSUER_PORT"]))
    async with at_their_desks(edge) as (desks, erp):
        await told(desks, erp, telemetry.watch("teller"))
    await evidence.settled()
    found = await outcome(evidence)
    assert found == OUTCOME, found
    reacting = {each.name: [(one.consumer, one.routing_key) for one in each.all_reactions] for each in SERVICES}
    sys.stdout.write(json.dumps(reacting) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
