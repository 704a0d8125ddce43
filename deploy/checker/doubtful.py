"""Claims that are doubtful: what was given up, what is allowed for, who was reminded, and what was sent to whom."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look, cents, counted, differences, exact, summed

WRITE_OFFS = "select * from write_offs order by tenant_id, id"
GIVEN_UP = """
select tenant_id, cause_id, kind, sum(amount) as amount from settlements
where kind in ('write_off', 'recovery') group by 1, 2, 3
"""
POSTED = """
select e.tenant_id, e.source_id, e.currency, l.role, sum(l.amount) as amount from journal_entries e
join journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
where e.source_kind = $1 group by 1, 2, 3, 4
"""
ALLOWED_FOR = """
select p.*, policy.percents, policy.leaves_out_tax from allowance_parts p
join allowance_runs r on r.tenant_id = p.tenant_id and r.id = p.run_id
join allowance_policies policy on policy.tenant_id = r.tenant_id and policy.id = r.policy_id
order by p.tenant_id, p.run_id, p.currency, p.band
"""
ALLOWANCES = "select tenant_id, run_id, currency, wanted, stood from allowance_totals order by 1, 2, 3"
SENT_NOTICES = """
select n.tenant_id, n.id, n.invoice_id, n.step, n.letter_id, n.open, n.decided_on, s.fee, d.gross,
       i.customer_id, i.legal_entity_id, i.currency, (
           select coalesce(sum(x.amount), 0) from settlements x
           where x.tenant_id = n.tenant_id and x.invoice_id = n.invoice_id and x.id < n.letter_id) as settled
from dunning_notices n
join issued_invoices d on d.tenant_id = n.tenant_id and d.id = n.invoice_id
join invoices i on i.tenant_id = n.tenant_id and i.id = n.invoice_id
join dunning_steps s on s.tenant_id = n.tenant_id and s.plan_id = n.plan_id and s.number = n.step
where n.status = 'sent' order by n.tenant_id, n.invoice_id, n.step
"""
DUNNING_LETTERS = "select * from dunning_letters order by tenant_id, id"
HAND_OVERS = "select * from hand_overs order by tenant_id, id"
ISSUED_DOCUMENTS = """
select d.tenant_id, 'invoice' as kind, d.id, i.customer_id, d.sha256 from issued_invoices d
join invoices i on i.tenant_id = d.tenant_id and i.id = d.id
union all select f.tenant_id, 'credit_note', f.id, i.customer_id, f.sha256 from credit_note_files f
join credit_notes n on n.tenant_id = f.tenant_id and n.id = f.id
join invoices i on i.tenant_id = n.tenant_id and i.id = n.invoice_id where f.kind = 'pdf'
union all select tenant_id, 'dunning_letter', id, customer_id, sha256 from dunning_letters
"""


@invariant("M-13", Strength.LOCAL)
async def what_is_given_up_is_what_was_agreed(look: Look) -> list[str]:
    """An approved write-off, less what was recovered, is settled and posted as it is; any other one is neither."""
    write_offs = {_key(row): row for row in await look.rows("billing", WRITE_OFFS)}
    settled = {
        (_key(row, "cause_id"), row["kind"]): exact(row["amount"]) for row in await look.rows("billing", GIVEN_UP)
    }
    agreed = {key: row for key, row in write_offs.items() if row["status"] == "approved"}
    wanted: dict[Any, Fraction] = {}
    for key, row in agreed.items():
        recovered = -settled.get((key, "recovery"), Fraction())
        wanted |= {(*key, role): amount for role, amount in _loss(row, recovered) if amount}
    posted = {
        (*_key(row, "source_id"), row["role"]): exact(row["amount"])
        for row in await look.rows("billing", POSTED, "write_off")
        if row["amount"]
    }
    beyond = [
        f"write-off {key[1]} is recovered by {float(-amount)} of {write_offs[key]['amount'] if key in agreed else 0}"
        for (key, kind), amount in settled.items()
        if kind == "recovery" and not 0 <= -amount <= exact(agreed[key]["amount"] if key in agreed else 0)
    ]
    return (
        beyond
        + differences(
            "the settlement of write-off",
            {key: exact(row["amount"]) for key, row in agreed.items()},
            {key: amount for (key, kind), amount in settled.items() if kind == "write_off"},
            Fraction(),
        )
        + differences("the posting of write-off", wanted, posted, Fraction())
    )


@invariant("M-14", Strength.LOCAL)
async def the_allowance_is_what_its_policy_says(look: Look) -> list[str]:
    """Each band is allowed for at the percentage of its policy, and posted is what that is more than stood before."""
    broken, allowed = [], []
    for part in await look.rows("billing", ALLOWED_FOR):
        said, most = exact(part["allowance"]), cents(exact(part["open"]) * exact(part["percent"]) / 100)
        allowed.append(((*_key(part, "run_id"), part["currency"]), said))
        is_within = abs(said) <= abs(most) if part["leaves_out_tax"] else said == most
        if part["percent"] != part["percents"][part["band"]] or not is_within:
            broken.append(f"band {part['band']} of allowance {part['run_id']} is allowed for by {part['allowance']}")
    totals = {(*_key(row, "run_id"), row["currency"]): row for row in await look.rows("billing", ALLOWANCES)}
    wanted: dict[Any, Fraction] = {}
    for key, row in totals.items():
        if difference := exact(row["wanted"]) - exact(row["stood"]):
            wanted |= {(*key, "bad_debt"): difference, (*key, "allowance"): -difference}
    posted = {
        (*_key(row, "source_id"), row["currency"], row["role"]): exact(row["amount"])
        for row in await look.rows("billing", POSTED, "allowance")
        if row["amount"]
    }
    said_of_all = {key: exact(row["wanted"]) for key, row in totals.items() if row["wanted"]}
    parts = {key: amount for key, amount in summed(allowed).items() if amount}
    return (
        broken
        + differences("the allowance of run", parts, said_of_all, Fraction())
        + differences("the posting of allowance", wanted, posted, Fraction())
    )


@invariant("M-16", Strength.LOCAL)
async def no_claim_is_reminded_twice_of_a_step(look: Look) -> list[str]:
    """A claim has one letter for each step at most, and the letters of a claim go out in the order of its steps."""
    sent = await look.rows("billing", SENT_NOTICES)
    steps = counted((*_key(row, "invoice_id"), row["step"]) for row in sent)
    twice = [
        f"step {step} of {invoice} has {number} letters" for (_, invoice, step), number in steps.items() if number > 1
    ]
    days: dict[Any, Any] = {}
    for row in sent:
        invoice = _key(row, "invoice_id")
        if row["decided_on"] < days.get(invoice, row["decided_on"]):
            twice.append(f"step {row['step']} of {row['invoice_id']} went out before the one that it follows")
        days[invoice] = row["decided_on"]
    return twice


@invariant("M-16", Strength.LOCAL)
async def nobody_is_reminded_of_what_is_paid(look: Look) -> list[str]:
    """What a letter says is open of a claim was open when it was written, and that was something."""
    return [
        f"letter {row['letter_id']} asks for {row['open']} of invoice {row['invoice_id']}"
        for row in await look.rows("billing", SENT_NOTICES)
        if not 0 < exact(row["open"]) == exact(row["gross"]) - exact(row["settled"])
    ]


@invariant("M-16", Strength.LOCAL)
async def a_letter_is_about_its_claims_and_asks_for_one_fee(look: Look) -> list[str]:
    """A letter asks one customer for what its claims in one currency come to, and for the fee of one step at most."""
    claims: dict[Any, list[Any]] = {}
    for row in await look.rows("billing", SENT_NOTICES):
        claims.setdefault(_key(row, "letter_id"), []).append(row)
    letters = {_key(row): row for row in await look.rows("billing", DUNNING_LETTERS)}
    return [f"letter {letter} is not kept" for _, letter in sorted(claims.keys() - letters.keys())] + [
        f"letter {row['id']} is not what its claims come to"
        for key, row in letters.items()
        if not _is_about(row, claims.get(key, []))
    ]


@invariant("M-17", Strength.LOCAL)
async def only_what_was_issued_is_handed_over_and_once(look: Look) -> list[str]:
    """What is sent by e-mail is an issued document as it was issued, to its own customer, once to each address."""
    issued = {(row["kind"], *_key(row)): row for row in await look.rows("billing", ISSUED_DOCUMENTS)}
    sent = await look.rows("billing", HAND_OVERS)
    addresses = counted((row["kind"], *_key(row, "document_id"), row["recipient"].lower()) for row in sent)
    return [f"{key[0]} {key[2]} went to {key[3]} {number} times" for key, number in addresses.items() if number > 1] + [
        f"{row['kind']} {row['document_id']} was handed over otherwise than it was issued"
        for row in sent
        if row["kind"] != "statement"  # of these nothing is kept but what was sent
        if not _is_as_issued(row, issued.get((row["kind"], *_key(row, "document_id"))))
    ]


def _loss(row: Any, recovered: Fraction) -> Iterable[tuple[str, Fraction]]:
    """What stands in the journal of a write-off of which so much was recovered."""
    amount, tax = exact(row["amount"]), exact(row["tax"])
    left, tax_left = amount - recovered, tax - cents(tax * recovered / amount)
    return (("receivable", -left), ("output_tax", tax_left), (row["charged_to"], left - tax_left))


def _is_about(letter: Any, claims: list[Any]) -> bool:
    of_one = ("customer_id", "legal_entity_id", "currency")
    return bool(claims) and all(
        (
            all(claim[name] == letter[name] for claim in claims for name in of_one),
            exact(letter["open"]) == sum(exact(claim["open"]) for claim in claims),
            letter["step"] == max(claim["step"] for claim in claims),
            letter["fee"] in {0, *(claim["fee"] for claim in claims if claim["step"] == letter["step"])},
        )
    )


def _is_as_issued(sent: Any, issued: Any) -> bool:
    return issued is not None and all(sent[name] == issued[name] for name in ("customer_id", "sha256"))


def _key(row: Any, name: str = "id") -> tuple[Any, Any]:
    return row["tenant_id"], row[name]
