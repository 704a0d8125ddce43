"""Money: invoices add up, are posted as they are, keep every cent, and have numbers without gaps."""

from __future__ import annotations

import hashlib
import re
from fractions import Fraction
from typing import Any

from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look, cents, counted, differences, exact, of_position, summed
from deploy.checker.sightings import digest

INVOICES = "select tenant_id, id, status, currency, contract_id from invoices"
ISSUED = """
select d.tenant_id, d.id, d.number, d.net, d.tax, d.gross, d.sha256, d.issued_on, d.due_on, i.currency, i.status
from issued_invoices d join invoices i on i.tenant_id = d.tenant_id and i.id = d.id order by 1, 2
"""
NUMBERS = """
select tenant_id, number from issued_invoices union all select tenant_id, number from issued_credit_notes
union all select tenant_id, number from contracts
"""
DOCUMENTS = "select tenant_id, id, pdf from invoice_documents"
LINES = "select * from invoice_lines order by tenant_id, id"
TAXES = "select * from invoice_taxes order by tenant_id, invoice_id, category, rate"
POSTED = """
select e.tenant_id, e.source_id, l.role, sum(l.amount) as amount from journal_entries e
join journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
where e.source_kind = 'invoice' group by 1, 2, 3
"""
VALUED = """
select i.*, r.digits from billable_items i
left join rates r on r.tenant_id = i.tenant_id and r.id = i.rate_id where i.value is not null
"""
ADJUSTED = "select tenant_id, item_id from work_adjustments"
TAKEN = """
select a.tenant_id, a.item_id, a.line_id, a.amount, exists (
    select from credited_items c where c.tenant_id = a.tenant_id and c.item_id = a.item_id) as credited
from allocations a where a.kind = 'taken' order by 1, 2
"""
SERIES = "select tenant_id, series, last_number from number_series"
RECOGNISED = """
select i.tenant_id, i.item_id, i.line_id, i.amount, b.value, s.method = 'time_and_materials_capped' as is_capped
from recognition_items i join billable_items b on b.tenant_id = i.tenant_id and b.id = i.item_id
join contract_lines s on s.tenant_id = b.tenant_id and s.id = b.contract_line_id
"""
DRAFTED_BY_RUNS = """
select r.tenant_id, r.id, r.most_invoices, count(distinct b.invoice_id) as drafted from billing_runs r
join pre_bills b on b.tenant_id = r.tenant_id and b.run_id = r.id group by 1, 2, 3 order by 1, 2
"""
RECOGNISED_LINES = "select tenant_id, id, item_count from recognised_lines"


@invariant("M-1", Strength.LOCAL)
async def an_invoice_adds_up(look: Look) -> list[str]:
    """Net is the sum of the lines, tax is reckoned on it and rounded once, gross is both."""
    nets = summed((_invoice(line), exact(line["net"])) for line in await look.rows("billing", LINES))
    taxed: dict[Any, list[Any]] = {}
    for tax in await look.rows("billing", TAXES):
        taxed.setdefault(_invoice(tax), []).append(tax)
    broken = []
    for row in await look.rows("billing", ISSUED):
        taxes = taxed.get((row["tenant_id"], row["id"]), [])
        net = sum((exact(tax["net"]) for tax in taxes), Fraction())
        tax_due = sum((cents(exact(tax["net"]) * exact(tax["rate"]) / 100) for tax in taxes), Fraction())
        wanted = (nets.get((row["tenant_id"], row["id"]), Fraction()), net, tax_due, net + tax_due)
        said = (exact(row["net"]), exact(row["net"]), exact(row["tax"]), exact(row["gross"]))
        if wanted != said or any(
            exact(tax["tax"]) != cents(exact(tax["net"]) * exact(tax["rate"]) / 100) for tax in taxes
        ):
            broken.append(f"invoice {row['number']} does not add up")
    return broken


@invariant("M-2", Strength.LOCAL)
async def an_issued_invoice_is_posted_as_it_is(look: Look) -> list[str]:
    """Debit receivable gross, credit the contract's position net, credit output tax; and no draft is posted."""
    wanted: dict[Any, Fraction] = {}
    for row in await look.rows("billing", ISSUED):
        key = (row["tenant_id"], row["id"])
        wanted[(*key, "receivable")] = exact(row["gross"])
        wanted[(*key, "position")] = -exact(row["net"])
        wanted[(*key, "output_tax")] = -exact(row["tax"])
    posted = summed(
        ((row["tenant_id"], row["source_id"], of_position(row["role"])), exact(row["amount"]))
        for row in await look.rows("billing", POSTED)
    )
    return differences("the posting of invoice", wanted, posted, Fraction())


@invariant("M-3", Strength.LOCAL)
async def no_cent_of_the_work_is_lost(look: Look) -> list[str]:
    """An item is worth its hours at its rate, rounded once, and what an invoice line claims is its items' worth.

    Of an item that was credited, a line may claim a part.
    """
    broken, worth = [], {}
    adjusted = {(row["tenant_id"], row["item_id"]) for row in await look.rows("billing", ADJUSTED)}
    for item in await look.rows("billing", VALUED):
        worth[item["tenant_id"], item["id"]] = exact(item["value"])
        # Overage is what several months come to less what was billed before, each month rounded for itself.
        is_of_hours = item["rule"] != "overage" and item["transferred_from"] is None
        is_as_valued = is_of_hours and (item["tenant_id"], item["id"]) not in adjusted
        if is_as_valued and item["minutes"] is not None and item["rate"] is not None:
            value = cents(exact(item["rate"]) * item["billable_minutes"] / 60, item["digits"] or 2)
            if value != exact(item["value"]):
                broken.append(f"item {item['id']} is worth {float(value)}, not {item['value']}")
    claimed: list[tuple[Any, Fraction]] = []
    for row in await look.rows("billing", TAKEN):
        claimed.append(((row["tenant_id"], row["line_id"]), exact(row["amount"])))
        if not row["credited"] and worth.get((row["tenant_id"], row["item_id"])) != exact(row["amount"]):
            broken.append(f"item {row['item_id']} is on an invoice with {row['amount']}")
    lines = {(row["tenant_id"], row["id"]): exact(row["net"]) for row in await look.rows("billing", LINES)}
    return broken + differences("invoice line", summed(claimed), lines, Fraction())


@invariant("M-4", Strength.LOCAL)
async def numbers_have_no_gaps(look: Look) -> list[str]:
    """Numbers of documents and contracts are unique and without gaps, from 1 up to where their series stands."""
    used: dict[Any, list[int]] = {}
    for row in await look.rows("billing", NUMBERS):
        digits = re.search(r"\d+$", row["number"])
        series = row["number"].removesuffix(digits[0]) if digits else row["number"]
        used.setdefault((row["tenant_id"], series), []).append(int(digits[0]) if digits else 0)
    counters = {(row["tenant_id"], row["series"]): row["last_number"] for row in await look.rows("billing", SERIES)}
    broken = []
    for tenant, series in used.keys() | counters.keys():
        numbers = used.get((tenant, series), [])
        wanted, name = set(range(1, counters.get((tenant, series), 0) + 1)), f"series {series} of {tenant}"
        broken += [f"{name} has no number {number}" for number in sorted(wanted - set(numbers))]
        broken += [f"{name} goes on behind number {number}" for number in sorted(set(numbers) - wanted)]
        broken += [f"{name} has number {number} twice" for number in numbers if numbers.count(number) > 1]
    return broken


@invariant("M-5", Strength.LOCAL)
async def an_issued_invoice_never_changes(look: Look) -> list[str]:
    """An issued invoice that was seen once is there for ever and the same, its document by the digest kept at issue."""
    now = {}
    for row in await look.rows("billing", ISSUED):
        now[f"invoice {row['id']}"] = digest(row)
    for row in await look.rows("billing", LINES):
        now[f"line {row['id']}"] = digest(row)
    documents = {
        (row["tenant_id"], row["id"]): hashlib.sha256(row["pdf"]).hexdigest()
        for row in await look.rows("billing", DOCUMENTS)
    }
    return [f"{what}" for what in look.seen.compare("invoices", now)] + [
        f"the document of invoice {row['number']} is not the one that was issued"
        for row in await look.rows("billing", ISSUED)
        if documents.get((row["tenant_id"], row["id"])) != row["sha256"]
    ]


@invariant("M-6", Strength.QUIESCENT)
async def doing_it_again_makes_nothing(look: Look) -> list[str]:
    """A run that is repeated makes nothing; an item whose worth was not adjusted is recognised once, at that worth.

    What is under a cap is recognised as far as the cap leaves room, which may come later.
    """
    adjusted = {(row["tenant_id"], row["item_id"]) for row in await look.rows("billing", ADJUSTED)}
    items = await look.rows("billing", RECOGNISED)
    numbers = counted((row["tenant_id"], row["line_id"]) for row in items)
    uncapped = [row for row in items if not row["is_capped"]]
    lines = {(row["tenant_id"], row["id"]): row["item_count"] for row in await look.rows("billing", RECOGNISED_LINES)}
    twice = [
        item
        for item, number in counted((row["tenant_id"], row["item_id"]) for row in uncapped).items()
        if number > 1 and item not in adjusted
    ]
    plain = [row for row in uncapped if (row["tenant_id"], row["item_id"]) not in adjusted]
    return (
        [f"{again.run}, repeated, made {again.made}" for again in look.history.again if again.made]
        + [f"item {item} is recognised twice" for _, item in twice]
        + [f"item {row['item_id']} is recognised at {row['amount']}" for row in plain if row["amount"] != row["value"]]
        + differences("recognised line", lines, numbers)
    )


@invariant("M-7", Strength.LOCAL)
async def a_run_drafts_no_more_than_was_confirmed(look: Look) -> list[str]:
    """A billing run drafts at most as many invoices as somebody confirmed when it was started."""
    return [
        f"run {run['id']} drafted {run['drafted']} invoices, {run['most_invoices'] or 0} were confirmed"
        for run in await look.rows("billing", DRAFTED_BY_RUNS)
        if run["drafted"] > (run["most_invoices"] or 0)
    ]


def _invoice(row: Any) -> tuple[Any, Any]:
    return row["tenant_id"], row["invoice_id"]
