"""Moving bookings on the staffing board."""

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.resourcing import NEXT_MONDAY, Resourcing, a_person, a_project_opened, book_on


async def test_a_booking_is_moved_on_the_board_and_put_back_where_that_cannot_be(resourcing: Resourcing) -> None:
    project = new_id()
    await resourcing.hear(a_project_opened(project))
    async with resourcing.work() as work:
        anna, bert = await a_person(work, "Anna Berg"), await a_person(work, "Bert Busy")
        moved = await book_on(work, anna, project, 300)
        await book_on(work, anna, project, 300, starts_on=NEXT_MONDAY, ends_before=NEXT_MONDAY.replace(day=14))
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)

    async def drop(person: object, start: str, end: str) -> tuple[int, str | None]:
        said = {"booking": str(moved.booking.id), "person": str(person), "start": start, "end": end}
        answer = await ruth.post("/board/moves", data=said, headers={"hx-request": "true"})
        return answer.status_code, code_of(answer) if answer.status_code != 204 else None

    assert await drop(anna, "2026-03-09", "2026-03-14") == (409, "overbooked")
    assert await drop(bert, "2026-03-02", "2026-03-07") == (409, "booking_of_somebody_else")
    assert await drop(anna, "2026-03-16", "2026-03-20") == (204, None)

    rows = await resourcing.rows("bookings")
    assert sorted(str(row["starts_on"]) for row in rows) == ["2026-03-09", "2026-03-16"]
    board = await ruth.get("/board", headers={"accept": "text/html"})
    assert "Data platform" in board.text
