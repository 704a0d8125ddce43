"""Cause and effect: each event has its effect once, and a deal comes round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from deploy.checker.announced import announced
from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look, counted
from deploy.checker.routes import types_of

Keys = Callable[[dict[str, Any]], Iterable[str]]


@dataclass(frozen=True)
class Effect:
    """What consumers make of events: rows of one table, named by `key` in SQL and by `keys` in what was said."""

    consumers: tuple[str, ...]
    table: str
    key: str
    keys: Keys
    is_shared: bool = False
    """Whether rows may also come from elsewhere."""

    @property
    def service(self) -> str:
        """Whose rows they are."""
        return self.consumers[0].partition(".")[0]

    @property
    def types(self) -> frozenset[str]:
        """The events that they come from."""
        return types_of(self.consumers)


def _one(*names: str) -> Keys:
    return lambda told: ["/".join(str(told[name]) for name in names)]


def _entries(told: dict[str, Any]) -> Iterable[str]:
    return [f"{entry['entry_id']}/{entry['version']}" for entry in told["entries"]] if told["thread_id"] else []


def _billed(told: dict[str, Any]) -> Iterable[str]:
    return [told["milestone_id"]] if told["thread_id"] and told["billing_line_id"] else []


def _expenses(told: dict[str, Any]) -> Iterable[str]:
    return [each["expense_id"] for each in told["expenses"] if each["billable"]] if told["thread_id"] else []


def _amended(told: dict[str, Any]) -> Iterable[str]:
    return [told["change_order_id"]] if told["thread_id"] else []


def _measured(told: dict[str, Any]) -> Iterable[str]:
    return [told["measurement_id"]] if Fraction(told["fraction_denominator"]) > 0 else []


def _each_entry(told: dict[str, Any]) -> Iterable[str]:
    return [entry["entry_id"] for entry in told["entries"]]


def _shares(told: dict[str, Any]) -> Iterable[str]:
    return [f"{told['invoice_id']}/{share['opportunity_id']}" for share in told.get("shares") or [told]]


INVOICED = ("invoice_id || '/' || opportunity_id", _shares)
RECOGNISED = ("run_id || '/' || billing_line_id", _one("run_id", "billing_line_id"))
TIME = ("billing.take_approved_time", "billing.take_corrected_time")
COUNTED = ("resourcing.count_approved_time", "resourcing.count_corrected_time")
EFFECTS = (
    Effect(("crm.note_invoice",), "invoices", *INVOICED),
    Effect(("crm.note_revenue",), "revenue", *RECOGNISED),
    Effect(("crm.note_project_opened",), "projects where number is not null", "project_id::text", _one("project_id")),
    Effect(
        ("crm.note_project_closed",), "projects where closed_on is not null", "project_id::text", _one("project_id")
    ),
    Effect(("delivery.open_handoff",), "handoffs", "thread_id::text", _one("opportunity_id")),
    Effect(("delivery.take_invoice",), "invoiced", *INVOICED),
    Effect(("delivery.take_recognition",), "recognised", *RECOGNISED),
    Effect(("delivery.take_values",), "work_values", "entry_id::text", _each_entry),
    Effect(("delivery.take_booking",), "bookings", "id::text", _one("booking_id")),
    Effect(("delivery.take_employment",), "people", "id::text", _one("person_id")),
    Effect(("billing.remember_customer",), "customers", "id::text", _one("account_id"), is_shared=True),
    Effect(("billing.draft_contract",), "contracts", "opportunity_id::text", _one("opportunity_id")),
    Effect(("billing.amend_contract",), "amendments", "id::text", _amended, is_shared=True),
    Effect(TIME, "billable_items where entry_id is not null", "entry_id || '/' || entry_version", _entries),
    Effect(
        ("billing.take_accepted_milestone",),
        "billable_items where milestone_id is not null",
        "milestone_id::text",
        _billed,
    ),
    Effect(("billing.pass_on_expenses",), "billable_items where expense_id is not null", "expense_id::text", _expenses),
    Effect(("billing.keep_progress",), "progress_measurements", "id::text", _measured, is_shared=True),
    Effect(("resourcing.take_request",), "resource_requests", "id::text", _one("request_id")),
    Effect(("resourcing.remember_project",), "projects where number is not null", "id::text", _one("project_id")),
    Effect(COUNTED, "approved_time", "entry_id::text", _each_entry),
)


@dataclass(frozen=True)
class Tally:
    """Of one effect: what should be there by what was announced, and how often it is, each by tenant and key."""

    effect: Effect
    wanted: set[Any]
    found: Mapping[Any, int]

    def named(self, things: Iterable[Any], what: str) -> list[str]:
        """What is wrong with these of its rows, in words."""
        table = f"{self.effect.service}.{self.effect.table.split()[0]}"
        return [f"{table} {key} {what}" for _, key in things]


async def _tallies(look: Look) -> list[Tally]:
    events = await announced(look)
    tallies = []
    for effect in EFFECTS:
        wanted = {
            (event.tenant_id, key) for event in events if event.type in effect.types for key in effect.keys(event.told)
        }
        query = f"select tenant_id, {effect.key} as key from {effect.table}"  # noqa: S608
        rows = await look.rows(effect.service, query)
        tallies.append(Tally(effect, wanted, counted([(row["tenant_id"], row["key"]) for row in rows])))
    return tallies


@invariant("E-3", Strength.QUIESCENT)
async def every_event_has_its_effect(look: Look) -> list[str]:
    """Each event left every row that it should, for its own tenant."""
    tallies = await _tallies(look)
    return [said for each in tallies for said in each.named(each.wanted - each.found.keys(), "is missing")]


@invariant("E-3", Strength.QUIESCENT)
async def no_event_has_its_effect_twice(look: Look) -> list[str]:
    """What an event left is there once."""
    return [
        said
        for each in await _tallies(look)
        for said in each.named([thing for thing, number in each.found.items() if number > 1], "is there twice")
    ]


@invariant("E-3", Strength.QUIESCENT)
async def no_effect_comes_from_nothing(look: Look) -> list[str]:
    """What only an event can have left comes from one."""
    return [
        said
        for each in await _tallies(look)
        if not each.effect.is_shared
        for said in each.named(each.found.keys() - each.wanted, "comes from nothing")
    ]


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
