"""However many people there are, a list is read in the same few statements."""

from uuid import UUID

import httpx2
from sqlalchemy import event

from shared.actor import Role
from shared.ids import new_id
from tests.support.resourcing import (
    Resourcing,
    a_person,
    a_project_opened,
    a_staffing_request,
    an_approved_timesheet,
    an_entry,
    book_on,
)

WEEK = "starts_on=2026-03-02&ends_before=2026-03-09"
MOST = 16


async def hire(resourcing: Resourcing, project: UUID, several: int) -> None:
    """Have some more people, each booked on the project and with a day approved on it."""
    for _ in range(several):
        async with resourcing.work() as work:
            person = await a_person(work, skills={"python": 2})
            await book_on(work, person, project, 60)
        await resourcing.hear(an_approved_timesheet(person, an_entry(person), project_id=project))


async def test_no_list_takes_more_statements_for_more_people(resourcing: Resourcing) -> None:
    project = new_id()
    request = a_staffing_request(project, skills={"python": 2})
    await resourcing.hear(a_project_opened(project))
    await resourcing.hear(request)
    lists = [
        "/people",
        "/time-off",
        "/requests",
        f"/requests/{request.request_id}/candidates",
        "/bookings",
        f"/capacity?{WEEK}",
        f"/demand?{WEEK}",
        f"/utilization?{WEEK}",
    ]
    pages = [f"/demand?{WEEK}", "/utilization?starts_on=2026-03-02", "/utilization/treatments"]
    statements: list[str] = []
    engine = resourcing.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *said: statements.append(said[2]))

    async def count(somebody: httpx2.AsyncClient, address: str) -> int:
        statements.clear()
        answer = await somebody.get(address)
        assert answer.status_code == 200, answer.text
        return len(statements)

    async def counts() -> dict[str, int]:
        by_program = {address: await count(resourcing.as_(Role.RESOURCE_MANAGER), address) for address in lists}
        ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)
        return by_program | {f"page {address}": await count(ruth, address) for address in pages}

    await hire(resourcing, project, 1)
    few = await counts()
    await hire(resourcing, project, 4)
    many = await counts()

    assert many == few
    assert max(few.values()) <= MOST
