"""A loss in a foreign currency is provided for in both: all of it at the rate of the day, and nothing is left of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.exchange_rates.model import KeptRate
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.positions import Standing
from services.billing.ledger.model.posting import in_books
from services.billing.ledger.model.translation import Translation
from services.billing.recognition.model.earned import LossProvision
from services.billing.recognition.model.losses import at_rate, provided_entry
from shared.actor import Role
from shared.period import Period
from tests.billing.recognition.test_measured import APRIL, IN_MARCH, run, sold, terms
from tests.support.billing import Billing, a_legal_entity
from tests.support.exchange_rates import an_exchange_rate
from tests.support.exchange_rates import in_books as books_of
from tests.support.ledger import ENTITY, sent
from tests.support.measured import a_measurement

PROVISION, LOSS = "2500", "6100"
CONTRACT = UUID(int=3)
NOTHING = (Decimal(), Decimal())
MONTH = Period(date(2026, 3, 1), date(2026, 4, 1))
AT = datetime(2026, 3, 31, 12, tzinfo=UTC)
amounts = st.integers(0, 10**8).map(lambda cents: Decimal(cents).scaleb(-2))
rates = st.decimals("0.0001", "9999", places=5)


def a_rate(rate: Decimal) -> KeptRate:
    return KeptRate("EUR", "USD", rate, date(2026, 1, 1), date(2027, 1, 1), UUID(int=9), 1, AT, "carla")


def provided(due: Decimal, before: Decimal) -> LossProvision:
    return LossProvision(UUID(int=7), CONTRACT, "C-1", "EUR", due - before, due, UUID(int=8))


@settings(deadline=None)
@given(st.lists(st.tuples(amounts, rates), min_size=1, max_size=8), rates)
def test_whatever_is_estimated_all_of_it_is_at_the_last_rate_and_of_nought_nothing_is_left(
    estimates: list[tuple[Decimal, Decimal]], last: Decimal
) -> None:
    standing, lost, before = Standing(), Decimal(), Decimal()
    for due, rate in [*estimates, (Decimal(), last)]:
        if due == before:
            continue
        one, kept = provided(due, before), a_rate(rate)
        entry = at_rate(provided_entry(one, legal_entity=ENTITY, period=MONTH), one, kept, stood=standing, into="USD")
        lines = in_books(entry, Translation("USD", kept.id, kept)).lines
        assert sum(line.amount for line in lines) == sum(line.functional_amount or 0 for line in lines) == 0
        [loss, provision] = lines
        assert (loss.account, provision.account) == (PostingRole.CONTRACT_LOSS, PostingRole.LOSS_PROVISION)
        standing += Standing(provision.amount, provision.functional_amount or Decimal())
        lost += loss.functional_amount or Decimal()
        before = due
        assert standing == Standing(-due, kept.translate(-due, into="USD"))
        assert lost == -standing.functional

    assert standing == Standing()


@pytest.fixture
async def books(bare_billing: Billing) -> Billing:
    """Serve billing for a firm that keeps its books in dollars and sells in euros at a loss."""
    await a_legal_entity(bare_billing, functional_currency="USD")
    await an_exchange_rate(bare_billing, "1.50", "2026-03-31", ends_before="2026-04-01")
    await an_exchange_rate(bare_billing, "1.60", "2026-04-30", ends_before="2026-05-31")
    await an_exchange_rate(bare_billing, "2.00", "2026-05-31", ends_before="2026-06-01")
    contract_id, _ = await sold(bare_billing, "1000.00")
    await terms(bare_billing, contract_id, provides_for_losses=True)
    await bare_billing.hear(a_measurement("300", "1200", IN_MARCH))
    return bare_billing


async def standing(billing: Billing) -> tuple[Decimal, Decimal]:
    """Read what is provided for, and what was lost by it, in dollars."""
    found = await books_of(billing)
    return found.get(PROVISION, Decimal()), found.get(LOSS, Decimal())


async def test_an_estimate_puts_all_of_the_provision_at_the_rate_of_its_day(books: Billing) -> None:
    await run(books)
    assert await standing(books) == (Decimal(-225), Decimal(225))

    await books.hear(a_measurement("625", "1250", date(2026, 4, 20)))
    await run(books, APRIL)
    assert await standing(books) == (Decimal(-200), Decimal(200))

    await books.hear(a_measurement("1250", "1250", date(2026, 5, 20)))
    await run(books, "2026-05")
    assert await standing(books) == NOTHING


async def test_a_provision_that_stays_is_revalued_at_the_end_of_the_month_and_back_on_the_next(books: Billing) -> None:
    await run(books)
    place = f"/periods/{ENTITY}/2026-04"

    shown = (await books.as_(Role.AUDITOR).get(f"{place}/open-balances")).json()["balances"]
    assert (await sent(books.as_(Role.CONTROLLER), f"{place}/revaluation")).is_success

    assert [(one["stands_at"], one["worth"]) for one in shown if one["account"] == PROVISION] == [
        ("-225.00", "-240.00")
    ]
    assert (await books_of(books, up_to="2026-04-30"))[PROVISION] == Decimal(-240)
    assert (await books_of(books, up_to="2026-05-01"))[PROVISION] == Decimal(-225)


async def test_what_was_taken_back_by_hand_stands_at_nought_and_the_next_run_goes_on_from_there(books: Billing) -> None:
    made = await run(books)
    controller = books.as_(Role.CONTROLLER, subject="carla")
    body = {"on": "2026-04-30", "reason": "Estimated wrongly"}
    entry = f"/journal-entries/{made['provisions'][0]['entry_id']}"
    assert (await sent(controller, f"{entry}/reversal", body)).is_success
    assert await standing(books) == NOTHING

    await books.hear(a_measurement("625", "1250", date(2026, 4, 20)))
    await run(books, APRIL)

    assert await standing(books) == (Decimal(40), Decimal(-40))


async def test_without_a_rate_of_the_day_nothing_is_recognised(books: Billing) -> None:
    before = await books.digest()

    body = {"legal_entity": ENTITY, "period": "2026-07"}
    answer = await sent(books.as_(Role.CONTROLLER, subject="carla"), "/recognition-runs", body)

    assert answer.json()["code"] == "missing_exchange_rate"
    assert await books.digest() == before
