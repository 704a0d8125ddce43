"""Replaying what a story announced to everybody who reacts to it, and a digest of what the services hold."""

from __future__ import annotations

import hashlib

from deploy.suite.desk import Desk
from deploy.suite.members import SERVICES
from tests.support.evidence import Evidence

# The trail says who did what when, and answers are kept to be repeated: both grow by asking.
BUSINESS_TABLES = """
select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition
  and (n.nspname = 'public' and c.relname not in ('audit', 'idempotency')
       or n.nspname = 'msg' and c.relname = 'event_log')
order by 1
"""
ROWS = "select '{0}' as name, (select string_agg(t::text, ' ' order by t::text) from {0} t) as rows"


async def digests(evidence: Evidence) -> dict[str, str]:
    """A digest of each business table and of each event log, by service and table."""
    found = {}
    for service in evidence.addresses:
        tables = [row[0] for row in await evidence.rows(service, BUSINESS_TABLES)]
        for row in await evidence.rows(service, " union all ".join(map(ROWS.format, tables))):
            found[f"{service} {row['name']}"] = hashlib.sha256((row["rows"] or "").encode()).hexdigest()
    return found


async def replay_everything(administrator: Desk, evidence: Evidence, why: str) -> int:
    """Replay each type of event that was announced to each of its consumers; tell how many events were sent."""
    jobs = []
    for service in SERVICES:
        for reaction in service.all_reactions:
            event_type, publisher = reaction.event_type.type, reaction.event_type.publisher()
            if await evidence.value(publisher, "select count(*) from msg.event_log where type = $1", event_type):
                asked = {"to": reaction.consumer, "types": [event_type], "reason": why, "per_second": 5000}
                started = await administrator.post(f"/{publisher}/api/v1/operations/replays", asked)
                jobs.append(f"/{publisher}/api/v1/jobs/{started['job_id']}")
    await evidence.settled()
    shown = [await administrator.get(job) for job in jobs]
    assert {job["state"] for job in shown} == {"done"}, shown
    assert all(job["result"]["sent"] == job["total"] for job in shown)
    return sum(job["total"] for job in shown)
