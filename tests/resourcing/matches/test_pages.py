"""Booking somebody from the page of a staffing request."""

import re
from datetime import date, timedelta
from uuid import UUID

import httpx2

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import BY_SCRIPT, code_of, seen
from tests.support.resourcing import Resourcing, a_person, a_project_opened, a_staffing_request, book_on


async def the_form(browser: httpx2.AsyncClient, request: UUID, person: UUID) -> dict[str, str]:
    """What the form that books `person` sends as it is shown."""
    shown = await seen(browser, f"/requests/{request}/booking/{person}")
    fields = re.findall(r'<input[^>]*?value="([^"]*)"[^>]*>', shown)
    names = [re.search(r'name="([^"]+)"', field[0])[1] for field in re.finditer(r"<input[^>]*value=[^>]*>", shown)]  # type: ignore[index]
    return {**dict(zip(names, fields, strict=True)), "kind": "hard"}


async def test_who_fits_is_booked_from_the_request_and_overbooking_only_with_a_reason(resourcing: Resourcing) -> None:
    project = new_id()
    wanted = a_staffing_request(project, skills={"python": 2}, minutes=2_400)
    await resourcing.hear(a_project_opened(project))
    await resourcing.hear(wanted)
    async with resourcing.work() as work:
        busy = await a_person(work, "Bela Busy", skills={"python": 3}, cost="80.00")
        await book_on(work, busy, project, 300)
        lena = await a_person(work, "Lena Learner", cost="60.00")
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)
    here = f"/requests/{wanted.request_id}"

    assert "Data platform" in await seen(ruth, "/requests")
    page = await seen(ruth, here)
    assert "would be overbooked: 15\N{NO-BREAK SPACE}h of 40\N{NO-BREAK SPACE}h are free" in page
    assert "Python is wanted at level 2, does not have it" in page
    assert "ranking tells what people cost" in await seen(resourcing.api.browser(Role.PROJECT_MANAGER), here)

    form = await the_form(ruth, wanted.request_id, busy)
    assert (form["minutes_per_day"], form["starts_on"], form["ends_before"]) == ("8:00", "2026-03-02", "2026-03-08")
    before = await resourcing.digest()
    refused = await ruth.post(f"{here}/bookings", data=form, headers=BY_SCRIPT)
    assert (refused.status_code, code_of(refused)) == (409, "overbooked")
    assert refused.json()["errors"][0]["pointer"] == "#/body/minutes_per_day"
    assert await resourcing.digest() == before

    confirmed = {**form, "overbooking_reason": "Go-live"}
    booked = await ruth.post(f"{here}/bookings", data=confirmed, headers=BY_SCRIPT)
    assert (booked.status_code, booked.headers["hx-redirect"]) == (204, f"/resourcing{here}")
    again = await ruth.post(f"{here}/bookings", data=confirmed, headers=BY_SCRIPT)
    assert again.status_code == 409

    page = await seen(ruth, here)
    assert "Go-live" in page
    assert "Covered" in page
    assert "Data platform" not in await seen(ruth, "/requests")
    assert "Data platform" in await seen(ruth, "/requests?all=true")
    assert str(lena) in page


async def test_open_requests_begin_with_the_most_urgent_and_all_of_them_with_the_latest(resourcing: Resourcing) -> None:
    project = new_id()
    await resourcing.hear(a_project_opened(project))
    for month in (4, 6, 5):
        starts_on = date(2026, month, 1)
        ends_before = starts_on + timedelta(days=5)
        wanted = a_staffing_request(project, role=f"Role {month}", starts_on=starts_on, ends_before=ends_before)
        await resourcing.hear(wanted)
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)

    still_open, all_of_them = [
        re.findall(r">Role (\d)<", await seen(ruth, path)) for path in ("/requests", "/requests?all=true")
    ]

    assert (still_open, all_of_them) == (["4", "5", "6"], ["6", "5", "4"])
