"""A won deal becomes a contract, whatever arrives first."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from services.billing.contracts.model import contract_id_of
from services.billing.legal_entities.model import NoDefaultLegalEntity
from shared.contracts.billing import ContractActivated
from shared.messaging.reactions import NotReady
from tests.support.billing import (
    Billing,
    a_milestone_line,
    a_return,
    a_sale,
    a_time_line,
    a_timesheet,
    an_acceptance,
    an_entry,
)

PROJECT = UUID(int=77)


async def test_a_won_deal_becomes_a_draft_contract_with_its_lines(billing: Billing) -> None:
    sale = a_sale(a_time_line(), a_milestone_line())

    await billing.hear(sale)

    [contract] = await billing.rows("contracts")
    assert (contract["number"], contract["status"], contract["purchase_order"]) == ("C-00001", "draft", "PO-7781")
    assert {row["id"] for row in await billing.rows("contract_lines")} == {line.line_id for line in sale.lines}


async def test_the_same_win_twice_is_one_contract(billing: Billing) -> None:
    sale = a_sale(a_time_line())

    await billing.hear(sale)
    await billing.hear(sale)

    assert len(await billing.rows("contracts")) == 1
    assert len(await billing.rows("rates")) == 1


async def test_a_deal_that_was_won_anew_replaces_terms_and_lines(billing: Billing) -> None:
    kept, dropped = a_time_line(), a_milestone_line()
    sale = a_sale(kept, dropped)
    await billing.hear(sale, 1)
    dearer = kept.model_copy(update={"hourly_rate": kept.amount / 80})

    await billing.hear(a_sale(dearer, opportunity_id=sale.opportunity_id, account=sale.account), 2)
    await billing.hear(sale, 1)

    [line] = await billing.rows("contract_lines")
    [rate] = await billing.rows("rates")
    assert line["hourly_rate"] == rate["hourly_rate"] == kept.amount / 80


async def test_work_without_a_rate_is_valued_when_the_deal_is_won_anew_with_one(billing: Billing) -> None:
    line = a_time_line(rate=None)
    sale = a_sale(line)
    await billing.hear(sale, 1)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 60)))
    priced = line.model_copy(update={"hourly_rate": Decimal(120)})

    await billing.hear(a_sale(priced, opportunity_id=sale.opportunity_id, account=sale.account), 2)

    [item] = await billing.rows("billable_items")
    assert item["value"] == Decimal(120)


async def test_an_accepted_handoff_activates_the_contract_and_says_so(billing: Billing) -> None:
    sale = a_sale(a_time_line())
    await billing.hear(sale)

    await billing.hear(an_acceptance(sale.opportunity_id, PROJECT))
    await billing.hear(an_acceptance(sale.opportunity_id, PROJECT))

    [contract] = await billing.rows("contracts")
    [event] = await billing.announced(ContractActivated)
    assert (contract["status"], contract["project_id"]) == ("active", PROJECT)
    assert (event.contract_id, event.legal_entity, event.thread_id) == (contract["id"], "MER", sale.opportunity_id)


async def test_an_acceptance_before_the_sale_waits_for_it(billing: Billing) -> None:
    sale = a_sale(a_time_line())

    with pytest.raises(NotReady) as waiting:
        await billing.hear(an_acceptance(sale.opportunity_id, PROJECT))

    assert waiting.value.subject == sale.subject


async def test_a_returned_handoff_voids_the_contract_until_a_later_acceptance(billing: Billing) -> None:
    sale = a_sale(a_time_line())
    await billing.hear(sale)

    await billing.hear(a_return(sale.opportunity_id), 1)
    [voided] = await billing.rows("contracts")
    await billing.hear(an_acceptance(sale.opportunity_id, PROJECT), 2)
    await billing.hear(a_return(sale.opportunity_id), 1)

    [active] = await billing.rows("contracts")
    assert (voided["status"], active["status"]) == ("voided", "active")


async def test_without_a_firm_of_ours_nothing_is_drafted(bare_billing: Billing) -> None:
    with pytest.raises(NoDefaultLegalEntity):
        await bare_billing.hear(a_sale(a_time_line()))

    assert await bare_billing.rows("contracts") == []


def test_a_contract_has_the_same_id_wherever_its_sale_is_heard_of() -> None:
    opportunity = UUID(int=1)

    assert contract_id_of(opportunity) == contract_id_of(opportunity) != contract_id_of(UUID(int=2))
