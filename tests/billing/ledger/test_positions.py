"""A contract is an asset or a liability, never both, whatever is posted to it in whatever order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from services.billing.ledger.actions import post_entries
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry, NewLine, check
from services.billing.ledger.model.positions import ContractPosition, Standing, position_of, split
from services.billing.ledger.model.translation import Translation
from shared.actor import Role
from tests.support.billing import Billing, a_sale, a_time_line
from tests.support.ledger import a_new_entry, posted, sent, trial_balance

CONTRACT = UUID(int=3)
ASSET, LIABILITY, REVENUE = PostingRole.CONTRACT_ASSET, PostingRole.CONTRACT_LIABILITY, PostingRole.REVENUE
RECEIVABLE = PostingRole.RECEIVABLE
EUROS = Translation("EUR")

amounts = st.integers(-(10**9), 10**9).filter(bool).map(lambda cents: Decimal(cents).scaleb(-2))
sides = st.sampled_from([ASSET, LIABILITY])


def standing(amount: Decimal) -> Standing:
    """What stands on an account in the currency of the books."""
    return Standing(amount, amount)


def at(asset: Decimal, liability: Decimal) -> ContractPosition:
    """A position by the balances of its two accounts."""
    return ContractPosition(standing(asset), standing(liability))


def earned(amount: Decimal | str, contract_id: UUID = CONTRACT, *, role: PostingRole = ASSET) -> NewEntry:
    """Describe revenue of a contract; below nought, revenue taken back."""
    change = Decimal(amount)
    return a_new_entry(lines=[NewLine(role, change, contract_id), NewLine(REVENUE, -change, contract_id)])


def billed(amount: str, contract_id: UUID) -> NewEntry:
    """Describe an invoice without tax."""
    change = Decimal(amount)
    return a_new_entry(lines=[NewLine(RECEIVABLE, change, contract_id), NewLine(ASSET, -change, contract_id)])


def posted_to(entry: NewEntry) -> dict[PostingRole, Decimal]:
    """What an entry changes of the two sides of a position."""
    changes = {ASSET: Decimal(), LIABILITY: Decimal()}
    for line in entry.lines:
        if line.account is ASSET or line.account is LIABILITY:
            changes[line.account] += line.amount
    return changes


@given(st.lists(st.tuples(amounts, sides), min_size=1, max_size=20))
def test_the_net_is_what_was_posted_and_stands_on_one_side(changes: list[tuple[Decimal, PostingRole]]) -> None:
    positions: dict[UUID, ContractPosition] = {}
    balances = {ASSET: Decimal(), LIABILITY: Decimal()}

    for number, (amount, role) in enumerate(changes, start=1):
        entry = split(earned(amount, role=role), positions, EUROS)
        check(entry)
        for side, change in posted_to(entry).items():
            balances[side] += change
        net = sum((change for change, _ in changes[:number]), Decimal())
        assert positions[CONTRACT] == at(balances[ASSET], balances[LIABILITY]) == position_of(standing(net))
        assert balances[ASSET] >= 0 >= balances[LIABILITY]
        assert not (balances[ASSET] and balances[LIABILITY])


@given(amounts, amounts, amounts)
def test_whatever_stood_on_the_wrong_side_is_put_right(asset: Decimal, liability: Decimal, amount: Decimal) -> None:
    positions = {CONTRACT: at(asset, liability)}

    changed = posted_to(split(earned(amount), positions, EUROS))

    assert changed[ASSET] + changed[LIABILITY] == amount
    assert positions[CONTRACT] == at(asset + changed[ASSET], liability + changed[LIABILITY])
    assert positions[CONTRACT].is_settled


async def a_contract(billing: Billing) -> UUID:
    """Have a contract."""
    return await billing.sold(a_sale(a_time_line()))


async def test_an_invoice_takes_the_asset_first_and_revenue_the_liability(billing: Billing) -> None:
    contract_id = await a_contract(billing)

    await posted(billing, billed("100.00", contract_id), earned("70.00", contract_id))
    liability = await trial_balance(billing)
    await posted(billing, earned("50.00", contract_id))

    assert (liability["2300"], liability.get("1300")) == (Decimal("-30.00"), None)
    books = await trial_balance(billing)
    assert (books["1300"], books.get("2300")) == (Decimal("20.00"), None)


async def test_what_is_posted_again_changes_no_position(billing: Billing) -> None:
    contract_id = await a_contract(billing)
    revenue = earned("50.00", contract_id)
    await posted(billing, revenue, billed("80.00", contract_id))

    async with billing.work(Role.CONTROLLER) as work:
        again, later = await post_entries(work, [revenue, earned("5.00", contract_id)])

    assert [line.role for line in again.lines] == [ASSET, REVENUE]
    assert [line.role for line in later.lines] == [LIABILITY, REVENUE]
    assert (await trial_balance(billing))["2300"] == Decimal("-25.00")


async def test_a_reversal_keeps_its_accounts_and_the_position_is_put_right_behind_it(billing: Billing) -> None:
    contract_id = await a_contract(billing)
    [revenue, _] = await posted(billing, earned("100.00", contract_id), billed("100.00", contract_id))

    reversal = await sent(
        billing.as_(Role.CONTROLLER, subject="carla"),
        f"/journal-entries/{revenue.id}/reversal",
        {"on": "2026-03-31", "reason": "Wrong month"},
    )

    assert {one["account"]: one["amount"] for one in reversal.json()["lines"]} == {"1300": "-100.00", "4000": "100.00"}
    books = await trial_balance(billing)
    assert (books.get("1300"), books["2300"]) == (None, Decimal("-100.00"))


async def test_without_a_contract_each_account_takes_what_is_posted_to_it(billing: Billing) -> None:
    entry = a_new_entry((ASSET, "-5.00"), (LIABILITY, "5.00"))

    await posted(billing, replace(entry, lines=entry.lines), earned("1.00", await a_contract(billing)))

    books = await trial_balance(billing)
    assert (books["1300"], books["2300"]) == (Decimal("-4.00"), Decimal("5.00"))


async def test_a_role_of_a_later_release_gets_its_first_account(billing: Billing) -> None:
    async with billing.work() as work:
        await work.session.execute(text("delete from posting_roles where role in ('contract_loss', 'loss_provision')"))
        await work.session.execute(text("delete from ledger_accounts where code in ('6100', '2500')"))

    await posted(billing, a_new_entry((PostingRole.CONTRACT_LOSS, "7.00"), (PostingRole.LOSS_PROVISION, "-7.00")))

    assert await trial_balance(billing) == {"6100": Decimal(7), "2500": Decimal(-7)}
