"""Promises: what a client was told is so, and what nobody asked for is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.checker.history import Operation, Outcome
from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look

# What an operation is to bring about: where it must be found, by tenant and key.
EFFECTS: dict[str, tuple[str, str]] = {
    "account": ("crm", "select tenant_id, id::text as key from accounts"),
    "opportunity": ("crm", "select tenant_id, id::text as key from opportunities"),
    "won": ("crm", "select tenant_id, id::text as key from opportunities where outcome = 'won'"),
    "accepted": ("delivery", "select tenant_id, thread_id::text as key from handoffs where state = 'accepted'"),
    "person": ("resourcing", "select tenant_id, id::text as key from people"),
    "booked": ("resourcing", "select tenant_id, id::text as key from bookings"),
    "entered": (
        "delivery",
        "select tenant_id, id::text as key from time_entries union all"
        " select tenant_id, id::text from approved_entries where correction_id is null",
    ),
    "approved": ("delivery", "select tenant_id, id::text as key from timesheets where state = 'approved'"),
    "corrected": (
        "delivery",
        "select tenant_id, corrects_entry_id::text as key from approved_entries"
        " where corrects_entry_id is not null and minutes < 0",
    ),
    "milestone": ("delivery", "select tenant_id, id::text as key from milestones where state = 'accepted'"),
    "drafted": (
        "billing",
        "select distinct i.tenant_id, l.contract_id::text as key, i.id from invoices i join invoice_lines l"
        " on l.tenant_id = i.tenant_id and l.invoice_id = i.id where i.status <> 'discarded'",
    ),
    "issued": ("billing", "select tenant_id, id::text as key from issued_invoices"),
    "acknowledged": ("billing", "select tenant_id, batch_id::text as key from batch_answers"),
}


@dataclass
class Tally:
    """What came of the clients' operations, each list by effect and key."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)
    """Of unknown outcome, and there: reported and not judged."""


async def tally(look: Look) -> Tally:
    """Sort every operation that was to bring something about into what came of it."""
    wanted: dict[str, list[Operation]] = {}
    for operation in look.history.operations.values():
        if operation.effect and operation.key:
            wanted.setdefault(operation.effect, []).append(operation)
    result = Tally()
    for effect, operations in wanted.items():
        service, query = EFFECTS[effect]
        found: dict[tuple[str, str], int] = {}
        for row in await look.rows(service, query):
            thing = (str(row["tenant_id"]), row["key"])
            found[thing] = found.get(thing, 0) + 1
        _sort(effect, operations, found, result)
    return result


def _sort(effect: str, operations: list[Operation], found: Mapping[tuple[str, str], int], result: Tally) -> None:
    outcomes: dict[tuple[str, str], set[Outcome]] = {}
    for operation in operations:
        outcomes.setdefault((operation.tenant, operation.key or ""), set()).add(operation.outcome)
    for thing, known in outcomes.items():
        name = f"{effect} {thing[1]}"
        if Outcome.OK in known and not found.get(thing):
            result.lost.append(name)
        elif known == {Outcome.FAILED} and found.get(thing):
            result.unexpected.append(name)
        elif Outcome.UNKNOWN in known and Outcome.OK not in known and found.get(thing):
            result.recovered.append(name)
    result.duplicated += [f"{effect} {key}" for (_, key), number in found.items() if number > 1]
    told = {tenant for tenant, _ in outcomes}
    result.unexpected += [f"{effect} {key}" for tenant, key in found.keys() - outcomes.keys() if tenant in told]


@invariant("P-1", Strength.QUIESCENT)
async def nothing_that_was_promised_is_lost(look: Look) -> list[str]:
    """What a client was told has been done is there."""
    return (await tally(look)).lost


@invariant("P-1", Strength.QUIESCENT)
async def nothing_is_there_twice(look: Look) -> list[str]:
    """What clients wanted once is there once, however often they asked."""
    return (await tally(look)).duplicated


@invariant("P-1", Strength.QUIESCENT)
async def nothing_is_there_that_nobody_wanted(look: Look) -> list[str]:
    """What no client of a tenant asked for, or was refused, is not there."""
    return (await tally(look)).unexpected
