"""Whether everything has come to rest: nothing waits to be sent, acted on or done, and nothing moves any more."""

from __future__ import annotations

from deploy.checker.look import Look

UNFINISHED = """
select 'unsent' as what, count(*) as number from msg.outbox
union all select 'not acted on', count(*) from msg.inbox where status in ('pending', 'retry', 'waiting')
union all select 'jobs that are due', count(*) from msg.job
          where state in ('queued', 'running') and due_at <= clock_timestamp()
"""
MOVED = """
select (select count(*) from msg.event_log) as events, (select count(*) from msg.inbox) as messages,
       (select count(*) from audit) as changes
"""


async def unfinished(look: Look) -> list[str]:
    """What waits in the databases, in words."""
    await look.later()
    return [
        f"{service}: {row['number']} {row['what']}"
        for service in look.services
        for row in await look.rows(service, UNFINISHED)
        if row["number"]
    ]


async def fingerprint(look: Look) -> list[tuple[int, ...]]:
    """What is another one as soon as anything moves."""
    await look.later()
    return [tuple(row) for service in look.services for row in await look.rows(service, MOVED)]
