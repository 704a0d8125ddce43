"""Cause and effect: changes and their announcements stand or fall together, and each event has its effect once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from deploy.checker.announced import Announced, announced
from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look, counted

Keys = Callable[[dict[str, Any]], Iterable[str]]


@dataclass(frozen=True)
class Told:
    """A change of a record and the event that tells of it, committed together; `about` is its subject, in SQL.

    Where a record can leave that state again, the event remains: then it is not `for_good`.
    """

    service: str
    records: str
    about: str
    type: str
    for_good: bool = True


CHANGES = (
    Told("crm", "accounts", "'account/' || id", "crm.account.changed"),
    Told(
        "crm",
        "opportunities where outcome = 'won' and not imported",
        "'opportunity/' || id",
        "crm.opportunity.closed_won",
        for_good=False,
    ),
    Told(
        "delivery",
        "handoffs where state = 'accepted'",
        "'opportunity/' || thread_id",
        "delivery.handoff.accepted",
    ),
    Told("delivery", "projects", "'project/' || id", "delivery.project.opened"),
    Told("delivery", "timesheets where state = 'approved'", "'timesheet/' || id", "delivery.timesheet.approved"),
    Told("delivery", "corrections", "'time_correction/' || id", "delivery.time.corrected"),
    Told("delivery", "milestones where state = 'accepted'", "'milestone/' || id", "delivery.milestone.accepted"),
    Told("delivery", "staffing_requests", "'staffing_request/' || id", "delivery.staffing.requested"),
    Told("resourcing", "people", "'person/' || id", "resourcing.person.changed"),
    Told("resourcing", "bookings", "'booking/' || id", "resourcing.booking.changed"),
    Told("billing", "issued_invoices", "'invoice/' || id", "billing.invoice.issued"),
    Told("billing", "dunning_letters", "'dunning_letter/' || id", "billing.dunning_letter.sent"),
    Told("billing", "hand_overs", "'document/' || document_id", "billing.document.handed_over"),
    Told("billing", "write_offs where status = 'approved'", "'write_off/' || id", "billing.claim.written_off"),
    Told("billing", "issued_credit_notes", "'credit_note/' || id", "billing.credit_note.issued"),
    Told("billing", "export_batches", "'ledger_batch/' || id", "billing.ledger_batch.sealed"),
    Told(
        "billing",
        "(select distinct tenant_id, batch_id from batch_answers where status <> 'partly') as answered",
        "'ledger_batch/' || batch_id",
        "billing.ledger_batch.acknowledged",
    ),
    Told(
        "billing",
        "recognised_lines",
        "'contract_line/' || contract_line_id",
        "billing.revenue.recognised",
    ),
)


@dataclass(frozen=True)
class Effect:
    """What comes of events of some types: rows of one table, named by `key` in SQL and by `keys` in what was said."""

    service: str
    table: str
    key: str
    types: tuple[str, ...]
    keys: Keys
    is_shared: bool = False
    """Whether rows may also come from elsewhere."""


def _one(*names: str) -> Keys:
    return lambda told: ["/".join(str(told[name]) for name in names)]


def _entries(told: dict[str, Any]) -> Iterable[str]:
    return [f"{entry['entry_id']}/{entry['version']}" for entry in told["entries"]] if told["thread_id"] else []


def _billed(told: dict[str, Any]) -> Iterable[str]:
    return [told["milestone_id"]] if told["thread_id"] and told["billing_line_id"] else []


APPROVED = ("delivery.timesheet.approved", "delivery.time.corrected")
EFFECTS = (
    Effect("crm", "invoices", "invoice_id::text", ("billing.invoice.issued",), _one("invoice_id")),
    Effect(
        "crm",
        "revenue",
        "run_id || '/' || billing_line_id",
        ("billing.revenue.recognised",),
        _one("run_id", "billing_line_id"),
    ),
    Effect("crm", "projects", "project_id::text", ("delivery.project.opened",), _one("project_id")),
    Effect("delivery", "handoffs", "thread_id::text", ("crm.opportunity.closed_won",), _one("opportunity_id")),
    Effect("delivery", "invoiced", "invoice_id::text", ("billing.invoice.issued",), _one("invoice_id")),
    Effect(
        "delivery",
        "recognised",
        "run_id || '/' || billing_line_id",
        ("billing.revenue.recognised",),
        _one("run_id", "billing_line_id"),
    ),
    Effect("delivery", "bookings", "id::text", ("resourcing.booking.changed",), _one("booking_id")),
    Effect("delivery", "people", "id::text", ("resourcing.person.changed",), _one("person_id")),
    Effect("billing", "customers", "id::text", ("crm.account.changed",), _one("account_id"), is_shared=True),
    Effect("billing", "contracts", "opportunity_id::text", ("crm.opportunity.closed_won",), _one("opportunity_id")),
    Effect(
        "billing",
        "billable_items where entry_id is not null",
        "entry_id || '/' || entry_version",
        APPROVED,
        _entries,
    ),
    Effect(
        "billing",
        "billable_items where milestone_id is not null",
        "milestone_id::text",
        ("delivery.milestone.accepted",),
        _billed,
    ),
    Effect("resourcing", "resource_requests", "id::text", ("delivery.staffing.requested",), _one("request_id")),
    Effect(
        "resourcing",
        "approved_time",
        "entry_id::text",
        APPROVED,
        lambda told: [entry["entry_id"] for entry in told["entries"]],
    ),
)


@invariant("E-1", Strength.LOCAL)
async def a_change_and_its_announcement_stand_or_fall_together(look: Look) -> list[str]:
    """Whatever is announced has happened, and whatever happened is announced, in every moment of one database."""
    events = await announced(look)
    broken = []
    for change in CHANGES:
        said = {
            (event.tenant_id, event.subject)
            for event in events
            if event.service == change.service and _kind(event) == change.type
        }
        query = f"select tenant_id, {change.about} as subject from {change.records}"  # noqa: S608
        happened = {(row["tenant_id"], row["subject"]) for row in await look.rows(change.service, query)}
        broken += [f"{change.type} of {subject} is not announced" for _, subject in happened - said]
        if change.for_good:
            broken += [f"{change.type} of {subject} is announced and not so" for _, subject in said - happened]
    return broken


@invariant("E-3", Strength.QUIESCENT)
async def every_event_has_its_effect_once(look: Look) -> list[str]:
    """Each event left exactly the rows it should, each once, for its own tenant; and no row has another cause."""
    events = await announced(look)
    broken = []
    for effect in EFFECTS:
        wanted = {
            (event.tenant_id, key)
            for event in events
            if _kind(event) in effect.types
            for key in effect.keys(event.told)
        }
        query = f"select tenant_id, {effect.key} as key from {effect.table}"  # noqa: S608
        found = counted([(row["tenant_id"], row["key"]) for row in await look.rows(effect.service, query)])
        name = f"{effect.service}.{effect.table.split()[0]}"
        broken += [f"{name} {key} is missing" for _, key in wanted - found.keys()]
        broken += [f"{name} {key} is there {number} times" for (_, key), number in found.items() if number > 1]
        if not effect.is_shared:
            broken += [f"{name} {key} comes from nothing" for _, key in found.keys() - wanted]
    return broken


@invariant("E-7", Strength.QUIESCENT)
async def a_deal_comes_round(look: Look) -> list[str]:
    """From sales to delivery, to billing and resourcing and back to sales, a deal is handed on as one same project."""
    opened = await _pairs(look, "delivery", "select thread_id, id from projects")
    stations = {
        "crm.handoffs": await _pairs(
            look, "crm", "select opportunity_id, project_id from handoffs where state = 'accepted'"
        ),
        "crm.projects": await _pairs(look, "crm", "select opportunity_id, project_id from projects"),
        "billing.contracts": await _pairs(
            look, "billing", "select opportunity_id, project_id from contracts where status = 'active'"
        ),
        "resourcing.projects": await _pairs(
            look, "resourcing", "select thread_id, id from projects where thread_id is not null"
        ),
    }
    return [
        f"the project of deal {deal} is {known.get(deal)} in {station} and {opened.get(deal)} in delivery"
        for station, known in stations.items()
        for deal in opened.keys() | known.keys()
        if known.get(deal) != opened.get(deal)
    ]


async def _pairs(look: Look, service: str, query: str) -> dict[Any, Any]:
    return {deal: project for deal, project in await look.rows(service, query)}


def _kind(event: Announced) -> str:
    return event.type.removeprefix("throughline.").rpartition(".v")[0]
