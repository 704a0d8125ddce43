"""Claims and what comes beside the work: settlements, provisions for losses, expenses passed on, re-rated work."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look, differences, exact, summed

INVOICES = """
select i.tenant_id, i.id, c.currency, i.gross from issued_invoices i
join invoices c on c.tenant_id = i.tenant_id and c.id = i.id
"""
PAYMENTS = "select tenant_id, id, amount from payments"
SETTLED = "select tenant_id, id, invoice_id, payment_id, amount, reverses_id from settlements order by tenant_id, id"
RECEIVABLE = """
select e.tenant_id, e.currency, sum(l.amount) as amount from journal_lines l
join journal_entries e on e.tenant_id = l.tenant_id and e.id = l.entry_id
where l.role = 'receivable' group by 1, 2
"""
PROVIDED = "select tenant_id, contract_id, amount, cumulative from loss_provisions order by tenant_id, id"
PROVISIONS_POSTED = """
select l.tenant_id, l.contract_id, -sum(l.amount) as amount from journal_lines l
join journal_entries e on e.tenant_id = l.tenant_id and e.id = l.entry_id
where l.role = 'loss_provision' and e.source_kind = 'recognition' group by 1, 2
"""
LEFT_OF_PROVISIONS = """
select tenant_id, contract_id, sum(functional_amount) as amount from journal_lines
where role = 'loss_provision' group by 1, 2 having sum(amount) = 0 and sum(functional_amount) <> 0
"""
PASSED_ON = """
select tenant_id, expense_id, person_id, day, cost, contract_line_id, transferred_from from billable_items
where expense_id is not null and transferred_from is null
"""
APPROVED_EXPENSES = """
select tenant_id, id, person_id, day, amount, billable, billing_line_id from approved_expenses
"""
RE_RATED = "select tenant_id, re_rating_id, item_id, amount from re_rated_items"
RE_RATED_WORTH = """
select tenant_id, adjustment_id, item_id, amount from work_adjustments where kind = 're_rated'
"""


@invariant("M-9", Strength.LOCAL)
async def nothing_is_settled_beyond_what_there_is(look: Look) -> list[str]:
    """No invoice is settled beyond its gross, no payment used beyond its amount, and a reversal undoes its original."""
    rows = await look.rows("billing", SETTLED)
    by_id = {(row["tenant_id"], row["id"]): row for row in rows}
    broken = [
        f"settlement {row['id']} does not undo {row['reverses_id']}"
        for row in rows
        if row["reverses_id"] is not None and not _undoes(row, by_id.get((row["tenant_id"], row["reverses_id"])))
    ]
    there = {("invoice", row["tenant_id"], row["id"]): row["gross"] for row in await look.rows("billing", INVOICES)}
    there |= {("payment", row["tenant_id"], row["id"]): row["amount"] for row in await look.rows("billing", PAYMENTS)}
    used = summed(
        ((kind, row["tenant_id"], row[f"{kind}_id"]), exact(row["amount"]))
        for row in rows
        for kind in ("invoice", "payment")
        if row[f"{kind}_id"] is not None
    )
    return broken + [
        f"{key[0]} {key[2]} is settled by {float(amount)} of {there.get(key)}"
        for key, amount in used.items()
        if not 0 <= amount <= exact(there.get(key))
    ]


@invariant("M-9", Strength.LOCAL)
async def the_receivable_is_what_is_open(look: Look) -> list[str]:
    """What is open of all invoices is what the journal has on the receivable, by currency."""
    invoices = await look.rows("billing", INVOICES)
    currency = {(row["tenant_id"], row["id"]): row["currency"] for row in invoices}
    claims = [((row["tenant_id"], row["currency"]), exact(row["gross"])) for row in invoices]
    for row in await look.rows("billing", SETTLED):
        if (invoice := (row["tenant_id"], row["invoice_id"])) in currency:
            claims.append(((row["tenant_id"], currency[invoice]), -exact(row["amount"])))
    posted = {
        (row["tenant_id"], row["currency"]): exact(row["amount"]) for row in await look.rows("billing", RECEIVABLE)
    }
    return differences("the receivable of", summed(claims), posted, Fraction())


@invariant("M-10", Strength.LOCAL)
async def a_provision_is_posted_as_it_is(look: Look) -> list[str]:
    """What is provided for the loss on a contract adds up, never falls below nought, and is in the journal."""
    sums: dict[Any, Fraction] = {}
    broken = []
    for row in await look.rows("billing", PROVIDED):
        contract = (row["tenant_id"], row["contract_id"])
        sums[contract] = sums.get(contract, Fraction()) + exact(row["amount"])
        if sums[contract] != exact(row["cumulative"]) or sums[contract] < 0:
            broken.append(f"contract {row['contract_id']} has {float(sums[contract])} and says {row['cumulative']}")
    posted = {
        (row["tenant_id"], row["contract_id"]): exact(row["amount"])
        for row in await look.rows("billing", PROVISIONS_POSTED)
    }
    return broken + differences("the provision of contract", sums, posted, Fraction())


@invariant("M-10", Strength.LOCAL)
async def nothing_is_left_of_a_provision_that_was_released(look: Look) -> list[str]:
    """Where nothing is provided for a contract any more, nothing of it is left in the currency of the books."""
    return [
        f"{row['amount']} is left of the provision of contract {row['contract_id']}"
        for row in await look.rows("billing", LEFT_OF_PROVISIONS)
    ]


@invariant("M-11", Strength.CAUSAL)
async def only_approved_expenses_are_passed_on(look: Look) -> list[str]:
    """Every expense in billing was approved as billable, with the day, person, line and cost that it has there."""
    items = await look.rows("billing", PASSED_ON)
    await look.later()
    approved = {(row["tenant_id"], row["id"]): row for row in await look.rows("delivery", APPROVED_EXPENSES)}
    return [
        f"expense {item['expense_id']} is billed otherwise than it was approved"
        for item in items
        if not _is_as_approved(item, approved.get((item["tenant_id"], item["expense_id"])))
    ]


@invariant("M-12", Strength.LOCAL)
async def what_was_re_rated_changed_by_just_that(look: Look) -> list[str]:
    """The difference between two rates that an item had is the adjustment of its worth, and the other way round."""
    kept = await look.rows("billing", RE_RATED)
    worth = await look.rows("billing", RE_RATED_WORTH)
    return differences(
        "what was re-rated of",
        {(row["tenant_id"], row["re_rating_id"], row["item_id"]): row["amount"] for row in kept},
        {(row["tenant_id"], row["adjustment_id"], row["item_id"]): row["amount"] for row in worth},
        None,
    )


def _undoes(row: Any, original: Any) -> bool:
    return original is not None and all(
        (row["amount"] == -original["amount"], *(row[name] == original[name] for name in ("invoice_id", "payment_id")))
    )


def _is_as_approved(item: Any, approved: Any) -> bool:
    return approved is not None and all(
        (
            approved["billable"],
            item["day"] == approved["day"],
            item["person_id"] == approved["person_id"],
            item["contract_line_id"] == approved["billing_line_id"],
            item["cost"] is None or item["cost"] == approved["amount"],
        )
    )
