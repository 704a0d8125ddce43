"""Carrying out what the check has found, slice by slice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from services.crm.accounts.actions import import_accounts, import_parents
from services.crm.accounts.model import Account, AccountDetails, Address
from services.crm.imports import store
from services.crm.imports.model.mapping import read_mapping
from services.crm.imports.model.records import Mode, RecordKind
from services.crm.opportunities.actions import import_deals
from services.crm.opportunities.model.history import ImportedDeal
from services.crm.permissions import Permission
from services.crm.products.actions import import_products
from services.crm.products.model import Price, Product, ProductKind
from services.crm.sales_people.actions import import_sales_people
from services.crm.sales_people.model import SalesPerson
from shared.work import Work

AT_ONCE = 500
FIRST = (-1, 0)
Line = tuple[UUID, Mapping[str, Any]]


async def may_apply(work: Work, import_id: UUID) -> bool:
    """Whether what was checked is to be carried out: not in a dry run, nor if all or nothing was asked for."""
    work.actor.must(Permission.IMPORT_RECORDS)
    asked = await store.find(work, import_id)
    if asked.dry_run:
        return False
    return asked.mode is not Mode.ALL or not await store.rejected_count(work, import_id)


async def apply_slice(work: Work, import_id: UUID, after: tuple[int, int] | None) -> tuple[tuple[int, int] | None, int]:
    """Create and change the records of the next lines; gives where to go on, if anywhere, and how many they were."""
    work.actor.must(Permission.IMPORT_RECORDS)
    await store.plan_anew(work)
    asked = await store.find(work, import_id)
    source = read_mapping(asked.mapping).source
    batch = await store.lines_to_apply(work, import_id, after=after or FIRST, at_most=AT_ONCE)
    if not batch.rows:
        parents = await store.settle_parents(work, import_id, source)
        if parents:
            await import_parents(work, parents)
        return None, 0
    kind = RecordKind(batch.rows[0].record)
    await APPLY[kind](work, [(row.record_id, row.value) for row in batch.rows])
    await store.remember(work, source, batch.rows)
    await store.mark_applied(work, import_id, batch)
    return batch.last, len(batch.rows)


async def _sales_people(work: Work, lines: Sequence[Line]) -> None:
    people = [
        SalesPerson(record_id, value["name"], value["subject"], value.get("manager", ""), value.get("office", ""))
        for record_id, value in lines
    ]
    await import_sales_people(work, people)


async def _accounts(work: Work, lines: Sequence[Line]) -> None:
    await import_accounts(work, [_account(record_id, value) for record_id, value in lines])


def _account(record_id: UUID, value: Mapping[str, Any]) -> Account:
    details = AccountDetails(
        name=value["name"],
        currency=value["currency"],
        sector=value.get("sector", ""),
        year_established=value.get("year_established"),
        employees=value.get("employees"),
    )
    return Account(record_id, details, Address(country=value.get("country", "")))


async def _products(work: Work, lines: Sequence[Line]) -> None:
    await import_products(work, [_product(record_id, value) for record_id, value in lines])


def _product(record_id: UUID, value: Mapping[str, Any]) -> Product:
    price = Price(
        id=uuid5(record_id, "list price"),
        product_id=record_id,
        currency=value["currency"],
        amount=Decimal(value["list_price"]),
        standard_cost=None,
        starts_on=date.fromisoformat(value["starts_on"]),
    )
    return Product(
        id=record_id,
        code=value["code"],
        name=value["name"],
        kind=ProductKind.FIXED_FEE,
        series=value.get("series", ""),
        prices=[price],
    )


async def _opportunities(work: Work, lines: Sequence[Line]) -> None:
    await import_deals(work, [_deal(record_id, value) for record_id, value in lines])


def _deal(record_id: UUID, value: Mapping[str, Any]) -> ImportedDeal:
    return ImportedDeal(
        id=record_id,
        name=value["name"],
        currency=value["currency"],
        account_id=UUID(value["account_id"]) if value["account_id"] else None,
        owner=value["owner"],
        stage=value["stage"],
        engaged_on=_day(value["engaged_on"]),
        closed_on=_day(value["closed_on"]),
        amount=Decimal(value["amount"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


APPLY: Mapping[RecordKind, Callable[[Work, Sequence[Line]], Awaitable[None]]] = {
    RecordKind.SALES_PERSON: _sales_people,
    RecordKind.ACCOUNT: _accounts,
    RecordKind.PRODUCT: _products,
    RecordKind.OPPORTUNITY: _opportunities,
}
