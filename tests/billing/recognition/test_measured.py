"""Revenue that is measured: caught up in the open month, with its reasons, by a job too, and with losses in sight."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.billing.recognition.jobs import jobs
from shared.actor import Role
from shared.contracts import crm, delivery
from shared.contracts.billing import RevenueRecognised
from shared.ids import new_id
from shared.jobs import Runner
from tests.support.api import code_of
from tests.support.billing import NOON, Billing, a_sale, a_sold_line, a_time_line, a_timesheet, an_entry
from tests.support.ledger import ENTITY, MARCH, closed, map_accounts, sealed, sent, trial_balance
from tests.support.measured import a_measurement

IN_MARCH, IN_APRIL = date(2026, 3, 20), date(2026, 4, 20)
APRIL = "2026-04"


async def sold(billing: Billing, *amounts: str) -> tuple[UUID, list[crm.SoldLine]]:
    """Sell lines that are recognised by their cost, and give the contract."""
    lines = [a_sold_line(crm.BillingMethod.FIXED_FEE_PERCENT, amount) for amount in amounts]
    return await billing.sold(a_sale(*lines)), lines


async def run(billing: Billing, period: str = MARCH, **more: Any) -> dict[str, Any]:
    """Recognise a month."""
    body = {"legal_entity": ENTITY, "period": period, **more}
    answer = await sent(billing.as_(Role.CONTROLLER, subject="carla"), "/recognition-runs", body)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def terms(billing: Billing, contract_id: UUID, **said: Any) -> None:
    """Say how a contract is recognised."""
    path = f"/contracts/{contract_id}/recognition-terms"
    answer = await billing.as_(Role.CONTROLLER).post(path, json={"reason": "As agreed", **said})
    assert answer.is_success, answer.text


async def test_a_new_estimate_is_caught_up_and_says_why(billing: Billing) -> None:
    await sold(billing, "1000.00")
    await billing.hear(a_measurement("300", "600", IN_MARCH))
    first = await run(billing)
    await billing.hear(a_measurement("320", "800", IN_APRIL))

    second = await run(billing, APRIL)
    again = await run(billing, APRIL)

    assert [one["amount"] for one in (*first["lines"], *second["lines"])] == ["500.00", "-100.00"]
    assert second["lines"][0]["cumulative"] == "400.00"
    assert second["lines"][0]["basis"] == "320.00 of 800.00 on 2026-04-20, 40.0000 % of 1000.00 EUR"
    assert again["lines"] == []
    assert [one.amount for one in await billing.announced(RevenueRecognised)] == [Decimal(500), Decimal(-100)]


async def test_a_line_has_its_own_measurement_before_that_of_the_project(billing: Billing) -> None:
    _, (own, other) = await sold(billing, "1000.00", "500.00")
    await billing.hear(a_measurement("1", "4", IN_MARCH, line_id=own.line_id))
    await billing.hear(a_measurement("1", "2", IN_MARCH))

    lines = {one["contract_line_id"]: one["amount"] for one in (await run(billing))["lines"]}

    assert lines == {str(own.line_id): "250.00", str(other.line_id): "250.00"}


async def test_the_latest_day_counts_of_the_line_or_of_the_project_in_revenue_as_in_billing(billing: Billing) -> None:
    line = a_sold_line(crm.BillingMethod.FIXED_FEE_PERCENT, "1000.00")
    sale = a_sale(line)
    await billing.sold(sale)
    stale = a_measurement("1", "4", date(2026, 3, 4), line_id=line.line_id)
    newer = a_measurement("1", "2", IN_MARCH)
    for one in (newer, stale):
        await billing.hear(one.model_copy(update={"thread_id": sale.opportunity_id}))

    assert [one["amount"] for one in (await run(billing))["lines"]] == ["500.00"]
    assert [item["value"] for item in await billing.rows("billable_items")] == [Decimal(500)]


def by(method: str, done: str, whole: str, on: date) -> delivery.ProgressMeasured:
    """Announce progress that was not measured by cost."""
    told = {"method": delivery.ProgressMethod(method), "cost_to_date": None, "cost_at_completion": None}
    return a_measurement(done, whole, on).model_copy(update=told)


async def test_only_cost_says_what_is_earned_by_cost_and_what_is_lost(billing: Billing) -> None:
    contract_id, _ = await sold(billing, "1000.00")
    await terms(billing, contract_id, provides_for_losses=True)
    await billing.hear(a_measurement("300", "1200", IN_MARCH))
    await billing.hear(by("manual", "9", "10", date(2026, 3, 21)))
    first = await run(billing)
    await billing.hear(by("hours", "95", "100", IN_APRIL))

    april = await run(billing, APRIL)

    assert [one["amount"] for one in first["lines"]] == ["250.00"]
    assert [one["cumulative"] for one in first["provisions"]] == ["150.00"]
    assert (april["lines"], april["provisions"]) == ([], [])


async def test_a_contract_may_count_its_progress_by_another_measure_its_losses_never(billing: Billing) -> None:
    contract_id, _ = await sold(billing, "1000.00")
    await terms(billing, contract_id, provides_for_losses=True, measured_by="hours")
    await billing.hear(by("hours", "1", "2", IN_MARCH))
    await billing.hear(a_measurement("300", "1200", date(2026, 3, 21)))

    march = await run(billing)

    assert [one["amount"] for one in march["lines"]] == ["500.00"]
    assert [one["cumulative"] for one in march["provisions"]] == ["150.00"]


async def test_a_loss_of_the_project_is_not_counted_again_with_those_of_its_lines(billing: Billing) -> None:
    contract_id, (own, _) = await sold(billing, "600.00", "400.00")
    await terms(billing, contract_id, provides_for_losses=True)
    await billing.hear(a_measurement("300", "1200", IN_MARCH))
    await billing.hear(a_measurement("200", "700", date(2026, 3, 21), line_id=own.line_id))

    assert [one["cumulative"] for one in (await run(billing))["provisions"]] == ["150.00"]


async def test_an_earlier_month_takes_nothing_back(billing: Billing) -> None:
    await sold(billing, "1000.00")
    await billing.hear(a_measurement("1", "4", IN_MARCH))
    await billing.hear(a_measurement("1", "2", IN_APRIL))
    await run(billing, APRIL)

    assert (await run(billing, MARCH))["lines"] == []


async def test_what_is_measured_is_not_recognised_by_its_items_as_well(billing: Billing) -> None:
    line = a_time_line().model_copy(update={"recognition_method": "cost_to_cost"})
    sale = a_sale(line)
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))

    assert (await run(billing))["lines"] == []
    await billing.hear(a_measurement("1", "4", IN_MARCH))
    assert [one["amount"] for one in (await run(billing))["lines"]] == ["3000.00"]


async def test_nothing_goes_into_a_closed_month(billing: Billing) -> None:
    await sold(billing, "1000.00")
    await map_accounts(billing)
    await closed(billing, MARCH)
    await billing.hear(a_measurement("1", "4", IN_MARCH))
    body = {"legal_entity": ENTITY, "period": MARCH}

    for path in ("/recognition-runs", "/recognition-jobs"):
        assert code_of(await sent(billing.as_(Role.CONTROLLER), path, body)) == "period_closed"
    assert [one["amount"] for one in (await run(billing, APRIL))["lines"]] == ["250.00"]


async def test_a_job_does_what_a_run_does_and_the_same_again_nothing(billing: Billing) -> None:
    for _ in range(3):
        await sold(billing, "1000.00")
    await billing.hear(a_measurement("1", "4", IN_MARCH))
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    runner = Runner(billing.database, jobs, lambda: NOON)

    started = await sent(controller, "/recognition-jobs", {"legal_entity": ENTITY, "period": MARCH})
    while await runner.step():
        pass

    job = (await controller.get(f"/jobs/{started.json()['job_id']}")).json()
    done = (await controller.get(f"/recognition-runs/{started.json()['run_id']}")).json()
    assert (job["state"], job["done"], job["total"]) == ("done", 3, 3)
    assert [one["amount"] for one in done["lines"]] == ["250.00"] * 3
    assert done["recognised_by"] == "carla"
    assert (await run(billing))["lines"] == []
    assert await trial_balance(billing) == {"1300": Decimal(750), "4000": Decimal(-750)}


async def test_a_job_is_stopped_by_the_closing_of_its_month(billing: Billing) -> None:
    await sold(billing, "1000.00")
    await billing.hear(a_measurement("1", "4", IN_MARCH))
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    started = await sent(controller, "/recognition-jobs", {"legal_entity": ENTITY, "period": MARCH})
    await closed(billing, MARCH)

    await Runner(billing.database, jobs, lambda: NOON).step()

    job = (await controller.get(f"/jobs/{started.json()['job_id']}")).json()
    assert (job["state"], job["error"]) == ("failed", f"The books of {ENTITY} are closed for 2026-03.")
    assert await trial_balance(billing) == {}


async def test_a_loss_in_sight_is_provided_for_where_the_contract_says_so(billing: Billing) -> None:
    contract_id, _ = await sold(billing, "1000.00")
    await terms(billing, contract_id, provides_for_losses=True)
    await billing.hear(a_measurement("300", "1200", IN_MARCH))
    preview = await run(billing, dry_run=True)
    first = await run(billing)
    assert await trial_balance(billing) == {
        "1300": Decimal(250),
        "4000": Decimal(-250),
        "6100": Decimal(150),
        "2500": Decimal(-150),
    }
    await billing.hear(a_measurement("1200", "1200", IN_APRIL))

    second = await run(billing, APRIL)

    assert [one["amount"] for one in (*preview["provisions"], *first["provisions"])] == ["150.00", "150.00"]
    assert [(one["amount"], one["cumulative"]) for one in second["provisions"]] == [("-150.00", "0.00")]
    assert await trial_balance(billing) == {"1300": Decimal(1000), "4000": Decimal(-1000)}


async def test_materials_are_refused_where_they_mean_nothing(billing: Billing) -> None:
    line = a_time_line()
    contract_id = await billing.sold(a_sale(line))
    by_percent, (measured,) = await sold(billing, "1000.00")
    controller = billing.as_(Role.CONTROLLER)

    async def record(contract: UUID, line_id: UUID, cost: str) -> str:
        body = {"contract_line_id": str(line_id), "delivered_on": "2026-03-02", "cost": cost, "description": "Racks"}
        return code_of(await controller.put(f"/contracts/{contract}/uninstalled-materials/{new_id()}", json=body))

    assert await record(contract_id, line.line_id, "5.00") == "not_measured"
    assert await record(by_percent, measured.line_id, "-5.00") == "costs_nothing"
    assert await record(by_percent, line.line_id, "5.00") == "no_such_sold_line"
    assert await record(new_id(), line.line_id, "5.00") == "no_such_contract"


async def test_only_controllers_say_how_revenue_is_recognised(billing: Billing) -> None:
    contract_id, (line,) = await sold(billing, "1000.00")
    materials = {
        "contract_line_id": str(line.line_id),
        "delivered_on": "2026-03-02",
        "cost": "5",
        "description": "Racks",
    }
    base = f"/contracts/{contract_id}"
    for role in set(Role) - {Role.CONTROLLER}:
        client = billing.as_(role)
        said = await client.post(f"{base}/recognition-terms", json={"reason": "Because"})
        recorded = await client.put(f"{base}/uninstalled-materials/{new_id()}", json=materials)
        assert {code_of(said), code_of(recorded)} == {"not_permitted"}


async def test_progress_is_kept_once_and_read_latest_first(billing: Billing) -> None:
    early, late = a_measurement("1", "4", IN_MARCH), a_measurement("1", "2", IN_APRIL)
    for event in (late, early, late):
        await billing.hear(event)

    asked = {"project_id": str(early.project_id)}
    kept = (await billing.as_(Role.AUDITOR).get("/progress-measurements", params=asked)).json()["items"]

    assert [one["id"] for one in kept] == [str(late.measurement_id), str(early.measurement_id)]


@pytest.mark.parametrize("count", [0, -5])
async def test_progress_of_nothing_is_left_out(billing: Billing, count: int) -> None:
    await billing.hear(a_measurement("1", str(count), IN_MARCH))

    assert await billing.rows("progress_measurements") == []


async def test_a_month_is_sealed_with_what_was_provided_for(billing: Billing) -> None:
    contract_id, _ = await sold(billing, "1000.00")
    await terms(billing, contract_id, provides_for_losses=True)
    await billing.hear(a_measurement("300", "1200", IN_MARCH))
    await run(billing)
    await map_accounts(billing)

    assert (await sealed(billing))["entry_count"] == 2
