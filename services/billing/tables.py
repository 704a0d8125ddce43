"""The tables of billing, declared in the `store.py` of each feature, and what invoices and credit notes have alike."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, Date, DateTime, Integer, LargeBinary, Numeric, String, Text, Uuid
from sqlalchemy.schema import SchemaItem

from shared.database import Schema, amount, belongs_to, choice, only_one

schema = Schema("billing")


def written_down(where: str = "true") -> str:
    """What caps wrote down of an `item`, for statements; what was given up or moved since stays so."""
    return f"""
    cross join lateral (
        select coalesce(sum(amount), 0) as amount from work_adjustments
        where item_id = item.id and kind = 'capped' and {where}
          and turn > (select coalesce(max(turn), 0) from work_adjustments given_up
                      where item_id = item.id and kind in ('written_off', 'transferred'))) capped
    """  # noqa: S608 - put together from constants


def line_columns(categories: type[StrEnum]) -> tuple[SchemaItem, ...]:
    """What a line of an invoice, or of a credit note, says; its tax is of one of `categories`."""
    return (
        Column("contract_id", Uuid, nullable=False),
        Column("contract_line_id", Uuid),
        Column("staffing_role", String),
        Column("description", Text, nullable=False),
        Column("minutes", Integer),
        amount("unit_price"),
        amount("net"),
        Column("service_from", Date, nullable=False),
        Column("service_before", Date, nullable=False),
        choice("tax_category", categories),
        Column("tax_rate", Numeric(5, 2), nullable=False),
        belongs_to("contract_id", "contracts"),
        belongs_to("contract_line_id", "contract_lines"),
    )


def tax_columns(categories: type[StrEnum]) -> tuple[SchemaItem, ...]:
    """What such a document says of each rate of one of the tax `categories`."""
    return (
        Column("category", choice("category", categories).type, primary_key=True),
        Column("rate", Numeric(5, 2), primary_key=True),
        amount("net"),
        amount("tax"),
        Column("reference_text", Text, nullable=False),
    )


def issued_columns() -> tuple[SchemaItem, ...]:
    """Under which number such a document went out, over how much, and by whom; each number goes out once."""
    return (
        Column("id", Uuid, primary_key=True),
        Column("number", String, nullable=False),
        Column("issued_on", Date, nullable=False),
        amount("net"),
        amount("tax"),
        amount("gross"),
        Column("issued_by", String, nullable=False),
        Column("issued_at", DateTime(timezone=True), nullable=False),
        only_one("number"),
    )


def file_columns(kinds: type[StrEnum]) -> tuple[SchemaItem, ...]:
    """One of the `kinds` of files that such a document went out as."""
    return (
        Column("id", Uuid, primary_key=True),
        Column("kind", choice("kind", kinds).type, primary_key=True),
        Column("sha256", String(64), nullable=False),
        Column("content", LargeBinary, nullable=False),
    )
