"""The history of a record at a browser: found from its page by those who read the audit trail, and by nobody else."""

from __future__ import annotations

from uuid import UUID

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import seen
from tests.support.resourcing import Resourcing, a_person

READERS = (Role.AUDITOR, Role.CONTROLLER)


async def anna_promoted(resourcing: Resourcing) -> UUID:
    """Anna, whose grade ruth has changed since."""
    async with resourcing.work() as work:
        anna = await a_person(work, "Anna Berg")
    changed = {"grade": "Senior"}
    client = resourcing.as_(Role.RESOURCE_MANAGER, subject="ruth")
    version = (await client.get(f"/people/{anna}")).headers["etag"]
    assert (await client.patch(f"/people/{anna}", json=changed, headers={"if-match": version})).status_code == 200
    return anna


async def test_who_reads_the_trail_finds_it_from_the_page_of_a_record_and_back(resourcing: Resourcing) -> None:
    anna = await anna_promoted(resourcing)

    for role in READERS:
        reader = resourcing.api.browser(role)
        place = f"/history/{anna}?of=/people/{anna}"
        assert f"/resourcing{place}" in await seen(reader, f"/people/{anna}")
        shown = await seen(reader, place)
        assert shown.index("ruth</span> changed it") < shown.index("ruth</span> wrote it down"), "the newest first"
        assert "<code>grade</code>" in shown and "<td>Senior</td>" in shown
        assert f'href="/people/{anna}"' in shown


async def test_nobody_else_is_led_to_it_or_let_in(resourcing: Resourcing) -> None:
    anna = await anna_promoted(resourcing)

    for role in set(Role) - set(READERS):
        somebody = resourcing.api.browser(role)
        page = await somebody.get(f"/people/{anna}")
        assert "/history/" not in page.text, role
        assert (await somebody.get(f"/history/{anna}")).status_code == 403, role


async def test_another_tenant_reads_of_nothing_and_the_way_back_stays_on_our_pages(resourcing: Resourcing) -> None:
    anna = await anna_promoted(resourcing)

    stranger = resourcing.api.browser(Role.AUDITOR, tenant=new_id())
    assert "Nothing was written down" in await seen(stranger, f"/history/{anna}")
    for elsewhere in ("//evil.example/x", "https://evil.example", "javascript:alert(1)"):
        answer = await resourcing.api.browser(Role.AUDITOR).get(f"/history/{anna}", params={"of": elsewhere})
        assert answer.status_code == 422, elsewhere
