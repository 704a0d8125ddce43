"""The ledger: balanced, append-only, and the same as what the documents say."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look, counted, differences, exact, of_position, summed
from deploy.checker.sightings import digest

ENTRIES = "select * from journal_entries order by tenant_id, id"
LINES = "select * from journal_lines order by tenant_id, entry_id, position"
RATES = "select tenant_id, id, pair from exchange_rates"
BATCHED = """
select e.tenant_id, e.batch_id, l.amount from export_batch_entries e
join journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.entry_id
"""
IN_BATCHES = "select tenant_id, batch_id from export_batch_entries"
BATCHES = "select tenant_id, id, entry_count, line_count, debit_total, credit_total from export_batches"
# Whoever may use a table without owning it must not be able to rewrite what is kept for good.
FOR_GOOD = (
    "journal_entries",
    "journal_lines",
    "exchange_rates",
    "issued_invoices",
    "invoice_lines",
    "invoice_taxes",
    "allocations",
    "work_adjustments",
    "issued_credit_notes",
    "credit_note_lines",
    "credit_note_taxes",
    "credited_items",
    "recognised_lines",
    "recognition_items",
    "settlements",
    "allowance_policies",
    "allowance_runs",
    "allowance_parts",
    "allowance_totals",
    "dunning_plans",
    "dunning_steps",
    "dunning_letters",
    "dunning_documents",
    "hand_overs",
    "loss_provisions",
    "re_ratings",
    "re_rated_items",
    "export_batches",
    "export_batch_entries",
)
REWRITABLE = """
select r.rolname || ' may ' || lower(granted.privilege_type) || ' ' || c.relname as what
from pg_class c, aclexplode(c.relacl) as granted join pg_roles r on r.oid = granted.grantee
where c.relnamespace = 'public'::regnamespace and c.relname = any($1) and granted.grantee <> c.relowner
  and granted.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')
"""
SOURCE_KEY = """
select exists (select from pg_index x where x.indrelid = 'journal_entries'::regclass and x.indisunique and (
    select array_agg(a.attname::text order by a.attname) from pg_attribute a
    where a.attrelid = x.indrelid and a.attnum = any(x.indkey)
) = array['source_id', 'source_kind', 'source_leg', 'tenant_id']) as is_there
"""
PERIODS = "select tenant_id, legal_entity, starts_on, ends_before, status from fiscal_periods"
DOCUMENTS = """
select i.tenant_id, c.currency, i.net, i.tax, i.gross from issued_invoices i
join invoices c on c.tenant_id = i.tenant_id and c.id = i.id
union all select d.tenant_id, c.currency, -d.net, -d.tax, -d.gross from issued_credit_notes d
join credit_notes n on n.tenant_id = d.tenant_id and n.id = d.id
join invoices c on c.tenant_id = n.tenant_id and c.id = n.invoice_id
"""
RECOGNISED = "select tenant_id, currency, amount, paid_on from recognised_lines"


@invariant("G-1", Strength.LOCAL)
async def every_entry_balances(look: Look) -> list[str]:
    """The lines of each journal entry, two at least and as many as it says, sum to nought and none says nothing."""
    lines = await look.rows("billing", LINES)
    sums = summed((_entry(line), exact(line["amount"])) for line in lines)
    numbers = counted(_entry(line) for line in lines)
    broken = [
        f"line {line['position']} of entry {line['entry_id']} says nothing"
        for line in lines
        if not line["amount"] and not line["functional_amount"]
    ]
    for entry in await look.rows("billing", ENTRIES):
        key = (entry["tenant_id"], entry["id"])
        if sums.get(key, 0):
            broken.append(f"entry {entry['id']} is out of balance by {float(sums[key])}")
        if numbers.get(key, 0) != entry["line_count"] or entry["line_count"] < 2:
            broken.append(f"entry {entry['id']} has {numbers.get(key, 0)} lines and says {entry['line_count']}")
    return broken


@invariant("M-8", Strength.LOCAL)
async def every_entry_balances_in_the_functional_currency(look: Look) -> list[str]:
    """The lines of each entry sum to nought in the currency of the books, and say the same twice where it is theirs.

    An entry in another currency, translated at a rate, names a rate of just these two currencies.
    """
    lines = await look.rows("billing", LINES)
    sums = summed((_entry(line), exact(line["functional_amount"])) for line in lines)
    differing = counted(_entry(line) for line in lines if line["amount"] != line["functional_amount"])
    pairs = {(row["tenant_id"], row["id"]): row["pair"] for row in await look.rows("billing", RATES)}
    broken = []
    for entry in await look.rows("billing", ENTRIES):
        key, currencies = (entry["tenant_id"], entry["id"]), {entry["currency"], entry["functional_currency"]}
        if sums.get(key, 0):
            broken.append(f"entry {entry['id']} is out of balance by {float(sums[key])} in the functional currency")
        if len(currencies) == 1 and key in differing:
            broken.append(f"entry {entry['id']} says something else in the functional currency, which is its own")
        rate = (entry["tenant_id"], entry["exchange_rate_id"])
        if entry["exchange_rate_id"] is not None and pairs.get(rate) != "/".join(sorted(currencies)):
            broken.append(f"entry {entry['id']} was translated by a rate of {pairs.get(rate)}")
    return broken


@invariant("G-2", Strength.LOCAL)
async def the_whole_ledger_balances(look: Look) -> list[str]:
    """Everything that was ever posted sums to nought, by tenant and currency; no line stands without its entry."""
    currencies = {(row["tenant_id"], row["id"]): row["currency"] for row in await look.rows("billing", ENTRIES)}
    sums = summed(
        ((line["tenant_id"], currencies.get(_entry(line), "none")), exact(line["amount"]))
        for line in await look.rows("billing", LINES)
    )
    return [
        f"the ledger of {tenant} in {currency} is off by {float(off)}"
        for (tenant, currency), off in sums.items()
        if off
    ]


@invariant("G-3", Strength.LOCAL)
async def stored_totals_are_the_sums_of_their_lines(look: Look) -> list[str]:
    """What a sealed batch says of itself is what its entries and their lines come to."""
    debit, credit, lines = {}, {}, {}
    amounts = await look.rows("billing", BATCHED)
    debit = summed((_batch(row), exact(row["amount"])) for row in amounts if row["amount"] > 0)
    credit = summed((_batch(row), -exact(row["amount"])) for row in amounts if row["amount"] < 0)
    lines = counted(_batch(row) for row in amounts)
    entries = counted(_batch(row) for row in await look.rows("billing", IN_BATCHES))
    broken = []
    for batch in await look.rows("billing", BATCHES):
        key = (batch["tenant_id"], batch["id"])
        found = (entries.get(key, 0), lines.get(key, 0), debit.get(key, Fraction()), credit.get(key, Fraction()))
        stored = (batch["entry_count"], batch["line_count"], exact(batch["debit_total"]), exact(batch["credit_total"]))
        if found != stored:
            broken.append(f"batch {batch['id']} says {stored} and comes to {found}")
    return broken


@invariant("G-4", Strength.LOCAL)
async def the_journal_only_grows(look: Look) -> list[str]:
    """An entry that was seen once is there for ever, with the same lines, and nobody has the right to change it."""
    now = {str(row["id"]): digest(row) for row in await look.rows("billing", ENTRIES)}
    for line in await look.rows("billing", LINES):
        now[f"{line['entry_id']}/{line['position']}"] = digest(line)
    rights = [str(row["what"]) for row in await look.rows("billing", REWRITABLE, list(FOR_GOOD))]
    return [f"journal entry {what}" for what in look.seen.compare("journal", now)] + rights


@invariant("G-4", Strength.LOCAL)
async def a_reversal_undoes_its_original(look: Look) -> list[str]:
    """A reversal and the entry it takes back sum to nought on every account, in either currency."""
    entries = await look.rows("billing", ENTRIES)
    by_account: dict[Any, dict[Any, Fraction]] = {}
    for line in await look.rows("billing", LINES):
        sums = by_account.setdefault(_entry(line), {})
        for amount in ("amount", "functional_amount"):
            place = (line["account_id"], amount)
            sums[place] = sums.get(place, Fraction()) + exact(line[amount])
    broken = []
    for entry in entries:
        if entry["reverses_id"] is not None:
            undone = {a: -v for a, v in by_account.get((entry["tenant_id"], entry["reverses_id"]), {}).items()}
            if undone != by_account.get((entry["tenant_id"], entry["id"]), {}):
                broken.append(f"entry {entry['id']} does not undo {entry['reverses_id']}")
    return broken


@invariant("G-5", Strength.LOCAL)
async def a_source_is_posted_once(look: Look) -> list[str]:
    """No document is posted twice, and the key that forbids it is there."""
    [key] = await look.rows("billing", SOURCE_KEY)
    posted = counted(
        (row["tenant_id"], row["source_kind"], str(row["source_id"]), row["source_leg"])
        for row in await look.rows("billing", ENTRIES)
    )
    broken = [f"{source} is posted {number} times" for source, number in posted.items() if number > 1]
    return broken + ([] if key["is_there"] else ["nothing forbids posting a source twice"])


@invariant("G-6", Strength.LOCAL)
async def nothing_is_posted_into_a_closed_month(look: Look) -> list[str]:
    """A month that was seen closed has the same entries for as long as it stays so."""
    entries = await look.rows("billing", ENTRIES)
    noted = look.seen.of("closed months")
    broken, now = [], {}
    for period in await look.rows("billing", PERIODS):
        if period["status"] == "closed":
            name = f"{period['tenant_id']} {period['legal_entity']} {period['starts_on']}"
            now[name] = sorted(str(entry["id"]) for entry in entries if _falls_in(entry, period))
            added = set(now[name]) - set(noted.get(name, now[name]))
            broken += [f"entry {id} was posted into the closed month {name}" for id in sorted(added)]
    noted.clear()
    noted.update(now)
    return broken


@invariant("G-7", Strength.LOCAL)
async def the_trial_balance_follows_from_the_documents(look: Look) -> list[str]:
    """Invoices and recognised revenue alone, added up, give the balance of every posting role."""
    wanted: list[tuple[Any, Fraction]] = []
    for invoice in await look.rows("billing", DOCUMENTS):
        place = (invoice["tenant_id"], invoice["currency"])
        wanted.append(((*place, "receivable"), exact(invoice["gross"])))
        wanted.append(((*place, "position"), -exact(invoice["net"])))
        wanted.append(((*place, "output_tax"), -exact(invoice["tax"])))
    for revenue in await look.rows("billing", RECOGNISED):
        place = (revenue["tenant_id"], revenue["currency"])
        wanted.append(((*place, "position"), exact(revenue["amount"])))
        wanted.append(((*place, "revenue"), exact(revenue["paid_on"]) - exact(revenue["amount"])))
        wanted.append(((*place, "recoverable"), -exact(revenue["paid_on"])))
    return differences("the balance of", summed(wanted), await _posted_from_documents(look), Fraction())


@invariant("G-7", Strength.LOCAL)
async def a_contract_is_an_asset_or_a_liability(look: Look) -> list[str]:
    """The asset of a contract is never below nought, its liability never above, and one of the two is nought."""
    sums = summed(
        ((line["tenant_id"], line["contract_id"], line["role"]), exact(line["amount"]))
        for line in await look.rows("billing", LINES)
        if line["contract_id"] is not None and of_position(line["role"]) == "position"
    )
    broken = []
    for tenant, contract, _ in sums:
        asset = sums.get((tenant, contract, "contract_asset"), Fraction())
        liability = sums.get((tenant, contract, "contract_liability"), Fraction())
        if asset < 0 or liability > 0 or (asset and liability):
            broken.append(f"contract {contract} has an asset of {float(asset)} and a liability of {float(liability)}")
    return sorted(set(broken))


async def _posted_from_documents(look: Look) -> dict[Any, Fraction]:
    entries = {
        (row["tenant_id"], row["id"]): row["currency"]
        for row in await look.rows("billing", ENTRIES)
        if row["source_kind"] in ("invoice", "credit_note", "recognition")
        if row["source_leg"] == "1"  # other legs are provisions
    }
    return summed(
        ((line["tenant_id"], entries[_entry(line)], _balance_of(line["role"])), exact(line["amount"]))
        for line in await look.rows("billing", LINES)
        if _entry(line) in entries
    )


def _balance_of(role: str | None) -> str | None:
    """The position of contracts as one, and reimbursements with the revenue that they are."""
    return "revenue" if role == "reimbursable_revenue" else of_position(role)


def _falls_in(entry: Any, period: Any) -> bool:
    return bool(
        entry["tenant_id"] == period["tenant_id"]
        and entry["legal_entity"] == period["legal_entity"]
        and period["starts_on"] <= entry["posted_on"] < period["ends_before"]
    )


def _entry(line: Any) -> tuple[Any, Any]:
    return line["tenant_id"], line["entry_id"]


def _batch(row: Any) -> tuple[Any, Any]:
    return row["tenant_id"], row["batch_id"]
