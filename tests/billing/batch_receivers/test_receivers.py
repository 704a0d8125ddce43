"""An administrator says which log-in receives whose batches, and takes it back."""

from __future__ import annotations

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import Billing
from tests.support.ledger import ENTITY, ERP, appoint_erp


async def test_receivers_are_listed_by_legal_entity_page_by_page(billing: Billing) -> None:
    await appoint_erp(billing, subject="erp-b", target="datev")
    await appoint_erp(billing, subject="erp-a")
    administrator = billing.as_(Role.ADMINISTRATOR)

    first = (await administrator.get("/batch-receivers", params={"limit": "1"})).json()
    rest = (await administrator.get("/batch-receivers", params={"cursor": first["next"]})).json()

    assert [(one["subject"], one["target"]) for one in [*first["items"], *rest["items"]]] == [
        ("erp-a", None),
        ("erp-b", "datev"),
    ]


async def test_a_log_in_is_appointed_once_for_books_that_there_are(billing: Billing) -> None:
    await appoint_erp(billing)
    administrator = billing.as_(Role.ADMINISTRATOR)
    before = await billing.rows("batch_receivers")

    twice = await administrator.put(
        f"/batch-receivers/{new_id()}", json={"legal_entity": ENTITY, "subject": ERP, "target": "datev"}
    )
    nowhere = await administrator.put(
        f"/batch-receivers/{new_id()}", json={"legal_entity": "ZZZ", "subject": "erp-elsewhere"}
    )

    assert (twice.status_code, code_of(nowhere)) == (409, "no_books")
    assert await billing.rows("batch_receivers") == before


async def test_a_dismissed_log_in_receives_no_more(billing: Billing) -> None:
    receiver_id = await appoint_erp(billing)
    erp, administrator = billing.as_(Role.ERP, subject=ERP), billing.as_(Role.ADMINISTRATOR)
    assert (await erp.get(f"/ledger-chains/{ENTITY}")).status_code == 200

    gone = await administrator.delete(f"/batch-receivers/{receiver_id}")
    again = await administrator.delete(f"/batch-receivers/{receiver_id}")

    assert (gone.status_code, code_of(again)) == (204, "no_such_receiver")
    assert code_of(await erp.get(f"/ledger-chains/{ENTITY}")) == "not_received"


async def test_only_an_administrator_knows_and_appoints_and_dismisses(billing: Billing) -> None:
    receiver_id = await appoint_erp(billing)

    for role in set(Role) - {Role.ADMINISTRATOR}:
        client = billing.as_(role, subject=ERP)
        refused = [
            await client.get("/batch-receivers"),
            await client.delete(f"/batch-receivers/{receiver_id}"),
            await client.put(f"/batch-receivers/{new_id()}", json={"legal_entity": ENTITY, "subject": "mallory"}),
        ]
        assert {code_of(one) for one in refused} == {"not_permitted"}, role
