"""Balances in foreign currencies: revalued at the rate of a month's last day, and back on the next."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look, cents, exact

REVALUATIONS = """
select e.tenant_id, e.id, e.currency, e.functional_currency, e.posted_on, (
    select coalesce(array_agg(r.posted_on), '{}') from journal_entries r
    where r.tenant_id = e.tenant_id and r.reverses_id = e.id) as taken_back_on, (
    select bool_and(l.amount = 0) from journal_lines l
    where l.tenant_id = e.tenant_id and l.entry_id = e.id) as moves_nothing
from journal_entries e where e.source_kind = 'revaluation' order by 1, 2
"""
# What stood on each account that an entry revalued, counting that entry and all that were recorded before it.
REVALUED = """
select e.tenant_id, e.id, a.account_id, e.functional_currency, x.rate, x.quote_currency,
       sum(l.amount) as balance, sum(l.functional_amount) as stands_at
from journal_entries e
join (select distinct tenant_id, entry_id, account_id from journal_lines where role is null) a
  on a.tenant_id = e.tenant_id and a.entry_id = e.id
join journal_entries b on b.tenant_id = e.tenant_id and b.legal_entity = e.legal_entity and b.currency = e.currency
  and b.functional_currency = e.functional_currency and b.posted_on <= e.posted_on and b.recorded_at <= e.recorded_at
join journal_lines l on l.tenant_id = b.tenant_id and l.entry_id = b.id and l.account_id = a.account_id
left join exchange_rates x on x.tenant_id = e.tenant_id and x.id = e.exchange_rate_id
where e.source_kind = 'revaluation' group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3
"""


@invariant("M-15", Strength.LOCAL)
async def a_revaluation_lasts_until_the_next_month(look: Look) -> list[str]:
    """A revaluation is of a month's last day, moves nothing in its own currency, and is taken back the day after."""
    broken = []
    for entry in await look.rows("billing", REVALUATIONS):
        next_day = entry["posted_on"] + timedelta(days=1)
        is_foreign = entry["currency"] != entry["functional_currency"]
        if not is_foreign or not entry["moves_nothing"] or next_day.day != 1 or entry["taken_back_on"] != [next_day]:
            broken.append(f"revaluation {entry['id']} of {entry['posted_on']} is not of one month alone")
    return broken


@invariant("M-15", Strength.LOCAL)
async def what_was_revalued_stands_at_what_it_is_worth(look: Look) -> list[str]:
    """After a revaluation each balance that it touched is its amount at the rate of the entry, rounded once."""
    return [
        f"account {row['account_id']} stands at {row['stands_at']} after revaluation {row['id']}"
        for row in await look.rows("billing", REVALUED)
        if exact(row["stands_at"]) != _worth(row)
    ]


def _worth(row: Any) -> Fraction:
    balance = exact(row["balance"])
    if not balance or row["rate"] is None:
        return Fraction()
    rate = exact(row["rate"])
    return cents(balance * rate if row["functional_currency"] == row["quote_currency"] else balance / rate)
