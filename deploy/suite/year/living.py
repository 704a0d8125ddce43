"""Living through the year: what happens in which week, and on which day of it."""

from __future__ import annotations

from collections.abc import Callable

from deploy.suite.earning import map_accounts, set_up_feeds
from deploy.suite.founding import found
from deploy.suite.people import BY_LOGIN
from deploy.suite.year import books, delivery, sales, spending, work
from deploy.suite.year.firm import Firm
from deploy.suite.year.weeks import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, WEEKS

Say = Callable[[str], None]
FOUNDED_WEEKS_BEFORE = 26


async def begin(firm: Firm) -> None:
    """Found the firm, half a year before anything that is told; again changes nothing."""
    firm.be_at(0, MONDAY, 7)
    await found(firm.desks, since=firm.year.day(-FOUNDED_WEEKS_BEFORE))
    await map_accounts(firm.desks["viktor"])
    await set_up_feeds(firm.desks["viktor"])
    await sales.write_down_customers(firm)
    await firm.settled()


async def go_on(firm: Firm) -> None:
    """Pick up where the year was left: look up the days on which nobody works, hand in again what was sent back."""
    person = BY_LOGIN["anna"]
    year = {"starts_on": firm.year.day(0).isoformat(), "ends_before": firm.year.day(WEEKS).isoformat()}
    found = await firm.desks["marta"].get(f"/resourcing/api/v1/people/{person.id}/capacity", **year)
    firm.holidays = frozenset(day["day"] for day in found["days"] if day["holiday"])
    await work.hand_in_again(firm)


async def live(firm: Firm, week: int, say: Say) -> None:
    """Live through a week; again changes nothing."""
    month = firm.year.day(week).strftime("%B %Y")
    firm.be_at(week, MONDAY, 9)
    say(f"{month}: deals")
    await sales.sell(firm, week)
    if ended := firm.year.month_that_ended(week):
        firm.be_at(week, TUESDAY, 10)
        say(f"{month}: closing {ended:%B}")
        await books.close_month(firm, week, ended)
    firm.be_at(week, WEDNESDAY, 11)
    say(f"{month}: staffing")
    await delivery.take_over(firm, week)
    firm.be_at(week, THURSDAY, 14)
    await delivery.arrange_leave(firm, week)
    await delivery.staff(firm, week)
    firm.be_at(week, FRIDAY, 16)
    say(f"{month}: time")
    await work.prepare(firm, week)
    await work.enter_week(firm, week)
    firm.be_at(week, FRIDAY, 18)
    await work.sign_off(firm, week)
    await work.put_right(firm, week)
    await spending.report_trips(firm, week)
    await spending.extend(firm, week)
    await delivery.pass_milestones(firm, week)
    await delivery.close_projects(firm, week)
    await firm.settled()
