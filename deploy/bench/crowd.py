"""A firm with a story and a hundred thousand of everything that is listed: copies of one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from deploy.suite.suite import Suite

ROWS = 100_000
ANEW = "gen_random_uuid()"


@dataclass(frozen=True)
class Copies:
    """What is copied in one table of a service, and what is different in each copy: SQL over `n`, by column."""

    service: str
    table: str
    differing: Mapping[str, str]
    of: str = "true"
    """Which row is copied."""


EVERYTHING = (
    Copies("crm", "accounts", {"id": ANEW, "name": "'Account ' || n"}),
    Copies("crm", "opportunities", {"id": ANEW, "number": "'O-X' || n", "name": "'Deal ' || n"}, "outcome = 'won'"),
    Copies(
        "delivery",
        "projects",
        {
            "id": ANEW,
            "ordinal": "n + 100000",
            "thread_id": ANEW,
            "handoff_id": ANEW,
            "name": "'Project ' || n",
            "state": "'closed'",
        },
    ),
    Copies(
        "billing",
        "contracts",
        {"id": ANEW, "number": "'C-X' || n", "opportunity_id": ANEW, "thread_id": ANEW, "name": "'Contract ' || n"},
        "status = 'active'",
    ),
    Copies("billing", "invoices", {"id": ANEW, "prepared_at": "now() - n * interval '1 minute'"}, "status = 'issued'"),
    Copies(
        "billing",
        "billable_items",
        {"id": ANEW, "entry_id": ANEW, "day": "date '2020-01-01' + n % 2000"},
        "entry_id is not null",
    ),
    Copies(
        "billing",
        "journal_entries",
        {"id": ANEW, "source_id": ANEW, "posted_on": "date '2020-01-01' + n % 2000"},
        "reverses_id is null",
    ),
)


async def fill(suite: Suite) -> None:
    """Make the copies, past all triggers: nobody is told of them, and nothing follows from them."""
    for copies in EVERYTHING:
        connection = await asyncpg.connect(suite.postgres.superuser_dsn(copies.service).replace("+asyncpg", "", 1))
        try:
            await connection.execute("set session_replication_role = replica")
            await connection.execute(_statement(copies), timeout=300)
            await connection.execute(f"vacuum analyze {copies.table}")
        finally:
            await connection.close()


def _statement(copies: Copies) -> str:
    differing = ", ".join(f"'{column}', {value}" for column, value in copies.differing.items())
    return f"""
        insert into {copies.table} select (jsonb_populate_record(null::{copies.table}, one || changes)).*
          from (select to_jsonb(kept) as one from {copies.table} kept where {copies.of} limit 1) as kept,
               lateral (select n, jsonb_build_object({differing}) as changes from generate_series(1, {ROWS}) n) as made
    """  # noqa: S608 - the words are those above
