"""Duties: what one person has made, another one decides on."""

from __future__ import annotations

from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look

OWN_INVOICES = "select id from invoices where approved_by = prepared_by order by id"


@invariant("A-4", Strength.LOCAL)
async def nobody_approves_their_own_invoice(look: Look) -> list[str]:
    """Whoever approves an invoice is not who prepared it."""
    return [f"invoice {row['id']} was approved by its preparer" for row in await look.rows("billing", OWN_INVOICES)]
