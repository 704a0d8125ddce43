"""`/ui`: every component with its states, for those who build pages. It shows made-up facts and nobody's records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace as Shown
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.money import Money, money
from shared.ui.forms import Faults
from shared.ui.listing import Column, Listing
from shared.ui.render import page

router = APIRouter(prefix="/ui", include_in_schema=False)
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PEOPLE = ("Ana Duarte", "Ben Okafor", "Chloé Martin", "Jonas Weber", "Mei Tanaka", "Priya Raman")
INVOICES = (
    ("INV-2026-00412", "Helvetia Bank", "issued", "34165.01 EUR", 12),
    ("INV-2026-00411", "Orbit Telecom", "paid", "128400.00 EUR", -3),
    ("INV-2026-00410", "Nimbus Air", "overdue", "9750.50 EUR", -21),
    ("INV-2026-00409", "Polar Foods", "draft", "0.00 EUR", 30),
    ("CN-2026-00031", "Baltic Freight", "credited", "-1240.00 EUR", 0),
)
TONES = {"issued": "info", "paid": "good", "overdue": "bad", "draft": "neutral", "credited": "accent"}
MONTHS = ("Jun", "Jul", "Aug", "Sep", "Oct", "Nov")


@router.get("")
async def show(request: Request) -> Response:
    """The page; it answers its own forms, boards and lists with what it was sent."""
    return page(request, "showcase/page.html", **_facts(request))


@router.post("/refusal")
async def refuse(request: Request) -> Response:
    """What a form is answered that breaks a rule."""
    return Response(
        '{"type":"urn:throughline:problem:rate_overlaps","title":"Rate overlaps","status":409,"code":"rate_overlaps",'
        '"detail":"There is a rate for these days already.","mend":"End the earlier rate, or begin this one later.",'
        '"errors":[{"pointer":"#/body/from","detail":"Another rate is valid on this day."}]}',
        409,
        media_type="application/problem+json",
    )


@router.post("/change")
async def accept(request: Request) -> Response:
    """What a change is answered that was made: nothing to show but a message, with a way back."""
    said = '{"toast": {"text": "Saved.", "tone": "good", "undo": "/ui/change"}}'
    return Response(status_code=204, headers={"hx-trigger": said})


def _facts(request: Request) -> Mapping[str, Any]:
    return {
        "listing": _invoices(request),
        "nothing": Listing.of(request, "nothing", (), ()),
        "faults": Faults(
            "The rate could not be saved.", "Mend what is marked.", {"amount": ("Enter more than nothing.",)}
        ),
        "board": _board(),
        "jobs": _jobs(),
        "happened": _happened(),
        "people": PEOPLE,
        "amount": money("1250.50 EUR"),
        "pipeline": money("2521000 EUR"),
        "noon": NOON,
        "months": MONTHS,
        "capacity": [
            (name, [Decimal((7 * n + 13 * week) % 120) / 100 for week in range(8)])
            for n, name in enumerate(PEOPLE[:4], 1)
        ],
        "plan": _plan(),
        "bookings": _bookings(),
        "week": [date(2026, 11, 23) + timedelta(days=n) for n in range(5)],
    }


def _invoices(request: Request) -> Listing:
    columns = (
        Column("number", "Number", sorts=True),
        Column("customer", "Customer", sorts=True),
        Column("state", "State"),
        Column("owner", "Prepared by", shown=False),
        Column("due", "Due", sorts=True, number=True),
        Column("amount", "Amount", "amount.amount", sorts=True, number=True, currency="amount.currency"),
    )
    rows = [
        Shown(
            id=number,
            number=number,
            customer=customer,
            state=state,
            tone=TONES[state],
            owner=PEOPLE[place],
            due=NOON.date() + timedelta(days=days),
            amount=money(amount),
        )
        for place, (number, customer, state, amount, days) in enumerate(INVOICES)
    ]
    sought = request.query_params.get("q", "").lower()
    found = [row for row in rows if sought in f"{row.number} {row.customer}".lower()]
    sort = request.query_params.get("sort", "-number")
    if sort.lstrip("-") in ("number", "customer", "due"):
        found.sort(key=lambda row: getattr(row, sort.lstrip("-")), reverse=sort.startswith("-"))
    return Listing.of(request, "invoices", columns, found)


def _board() -> list[Shown]:
    deals = {
        "Qualified": [("Cloud migration", "Acme Robotics", 152_000, 17, 0)],
        "Proposal": [
            ("SOC 2 readiness", "Orbit Telecom", 102_000, 24, 1),
            ("Data platform", "Northwind Energy", 254_000, 35, 3),
        ],
        "Negotiation": [
            ("Portal redesign", "Baltic Freight", 70_000, 10, 4),
            ("Mobile app", "Helvetia Bank", 166_000, 3, 2),
        ],
        "Won": [],
    }
    weights = {"Qualified": 20, "Proposal": 55, "Negotiation": 75, "Won": 100}
    return [
        Shown(
            id=stage.lower(),
            label=stage,
            note=f"{weights[stage]}%" if found else None,
            count=len(found),
            sums=[_sum(found, weights[stage])] if found else [],
            cards=[
                Shown(
                    id=f"{stage}-{n}",
                    label=name,
                    account=account,
                    amount=Money(Decimal(amount), "EUR"),
                    days=days,
                    owner=PEOPLE[who],
                )
                for n, (name, account, amount, days, who) in enumerate(found)
            ],
        )
        for stage, found in deals.items()
    ]


def _sum(deals: Sequence[tuple[str, str, int, int, int]], weight: int) -> tuple[Money, Money]:
    whole = Money(Decimal(sum(deal[2] for deal in deals)), "EUR")
    return whole, (whole * (Decimal(weight) / 100)).rounded()


def _jobs() -> list[Shown]:
    facts = (("queued", 0, 0, None), ("done", 8_800, 8_800, None), ("failed", 312, 8_800, "Row 313 has no account."))
    return [Shown(id=state, state=state, done=done, total=total, error=error) for state, done, total, error in facts]


def _happened() -> list[Shown]:
    told = (
        ("file-invoice", "good", "Chloé Martin", "issued INV-2026-00412"),
        ("clock-check", "info", "Jonas Weber", "approved 38.5 hours of Mei Tanaka"),
        ("alert-triangle", "warn", "Throughline", "found 4 hours without a rate"),
        ("trophy", "accent", "Ana Duarte", "won Data platform"),
    )
    return [
        Shown(at=NOON - timedelta(hours=7 * n), icon=icon, tone=tone, who=who, what=what)
        for n, (icon, tone, who, what) in enumerate(told)
    ]


def _plan() -> Mapping[str, Any]:
    tasks: list[dict[str, Any]] = [
        {"id": 1, "text": "Data platform", "type": "project"},
        {"id": 2, "text": "Discovery", "start_date": "2026-11-02", "duration": 10, "progress": 1, "parent": 1},
        {"id": 3, "text": "Landing zone", "start_date": "2026-11-12", "duration": 16, "progress": 0.6, "parent": 1},
        {"id": 4, "text": "Pipelines", "start_date": "2026-11-28", "duration": 20, "progress": 0.1, "parent": 1},
        {"id": 5, "text": "Accepted", "start_date": "2026-12-18", "type": "milestone", "parent": 1},
    ]
    return {"tasks": tasks, "links": [{"id": n, "source": n + 1, "target": n + 2, "type": "0"} for n in (1, 2, 3)]}


def _bookings() -> Mapping[str, Any]:
    booked = [
        {
            "id": f"b{n}",
            "resourceId": str(n % 4),
            "title": ("Data platform", "ERP rollout", "Portal redesign")[n % 3],
            "tone": ("info", "accent", "good")[n % 3],
            "start": f"2026-11-{2 + 3 * n:02}",
            "end": f"2026-11-{8 + 3 * n:02}",
        }
        for n in range(7)
    ]
    return {"people": [{"id": str(n), "title": name} for n, name in enumerate(PEOPLE[:4])], "bookings": booked}
