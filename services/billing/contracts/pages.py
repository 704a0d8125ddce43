"""Contracts as people see them: what was sold, and how far it is billed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.billing.contracts import queries
from services.billing.contracts.model import ContractLine, ContractStatus, Method
from services.billing.permissions import Permission
from shared.pages import InWork, PageRoute, page
from shared.pages.waiting import Finder, Hit
from shared.ui.formats import day, hours, in_currency, number
from shared.ui.listing import Column, Listing, Rows, last_day
from shared.ui.words import gettext as _
from shared.ui.words import ngettext
from shared.work import Work

router = APIRouter(prefix="/contracts", route_class=PageRoute)


@router.get("")
async def contracts(
    request: Request,
    work: InWork,
    rows: Rows,
    q: Annotated[str, Query(max_length=200)] = "",
    status: ContractStatus | None = None,
) -> Response:
    """Contracts by number."""
    found = await queries.listed(work, status=status, words=q, descending=True, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("number", _("Number")),
        Column("name", _("Contract")),
        Column("customer", _("Customer"), "customer_name"),
        Column("status", _("Status")),
        Column("amount", _("Sold for"), number=True, currency="currency"),
        Column("starts_on", _("Starts")),
        Column("ends_before", _("Ends"), last_day("ends_before")),
    )
    listing = Listing.of(request, "contracts", columns, found.items, next=found.next)
    return page(request, "billing/contracts/contracts.html", listing=listing, chosen=status)


@router.get("/{contract_id}")
async def contract(request: Request, contract_id: UUID, work: InWork) -> Response:
    """One contract with its lines, and the ways to its work and its invoices."""
    found = await queries.contract(work, contract_id)
    return page(
        request,
        "billing/contracts/contract.html",
        contract=found,
        customer=await queries.customer_name(work, found.customer_id),
        methods=methods(),
        details={line.id: details(line, found.currency) for line in found.lines},
        sees_ledger=work.actor.may(Permission.SEE_LEDGER),
        sees_work=work.actor.may(Permission.SEE_WORK_IN_PROGRESS),
    )


def methods() -> dict[Method, str]:
    """How a line is billed, in words."""
    return {
        Method.TIME_AND_MATERIALS: _("Time and materials"),
        Method.TIME_AND_MATERIALS_CAPPED: _("Time and materials, capped"),
        Method.FIXED_FEE_MILESTONE: _("Fixed fee, by milestone"),
        Method.FIXED_FEE_PERCENT: _("Fixed fee, by percent"),
        Method.RETAINER: _("Retainer"),
        Method.EXPENSE: _("Expenses passed on"),
    }


def details(line: ContractLine, currency: str) -> list[str]:
    """What else was agreed on a line, in words."""
    said = []
    if line.milestone_due_on is not None:
        said.append(_("due %(day)s") % {"day": day(line.milestone_due_on)})
    if line.cap is not None:
        said.append(_("at most %(amount)s") % {"amount": in_currency(line.cap, currency)})
    said += _monthly(line, currency)
    if line.markup_percent:
        said.append(_("with %(percent)s%% on top") % {"percent": number(line.markup_percent)})
    if line.is_agent:
        said.append(_("in the client's name"))
    return said


def _monthly(line: ContractLine, currency: str) -> Iterator[str]:
    if line.monthly_fee is not None:
        fee, time = in_currency(line.monthly_fee, currency), hours(line.monthly_minutes)
        yield _("%(fee)s a month for %(time)s") % {"fee": fee, "time": time}
    if line.months is not None:
        yield ngettext("for %(num)s month", "for %(num)s months", line.months)
    if line.rollover_months:
        yield _("unused hours stay good for %(months)s more months") % {"months": line.rollover_months}
    if line.overage_rate is not None:
        yield _("%(rate)s an hour beyond them") % {"rate": in_currency(line.overage_rate, currency)}


async def find(work: Work, words: str, limit: int) -> Sequence[Hit]:
    """Contracts by number, name or customer."""
    found = await queries.listed(work, words=words, descending=True, cursor=None, limit=limit)
    return [Hit(f"{one.number} {one.name}", f"/billing/contracts/{one.id}", one.customer_name) for one in found.items]


finder = Finder("Contracts", "file-certificate", Permission.SEE_CONTRACTS, find)
