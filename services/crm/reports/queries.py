"""Reading the pipeline as a whole, in one statement per table of the report."""

from __future__ import annotations

from sqlalchemy import text

from services.crm.permissions import Permission
from services.crm.reports.model import Age, AgeFigures, MonthFigures, PipelineReport, QuarterFigures, StageFigures
from shared.work import Work

# Row-level security narrows to the tenant; without the permission for all records, one's own are counted.
STAGES = text(
    """
    select deal.stage, deal.currency, count(*) as count, sum(deal.amount) as amount,
           round(sum(deal.amount * deal.probability), 2) as weighted
      from opportunities as deal join stages as stage on stage.code = deal.stage
     where cast(:owner as text) is null or deal.owner = :owner
     group by stage.position, deal.stage, deal.currency
     order by stage.position, deal.stage, deal.currency
    """
)
QUARTERS = text(
    """
    select cast(date_trunc('quarter', closed_on) as date) as quarter_starts_on, currency,
           count(*) filter (where outcome = 'won') as won,
           count(*) filter (where outcome = 'lost') as lost,
           coalesce(sum(amount) filter (where outcome = 'won'), 0) as won_value,
           coalesce(sum(amount) filter (where outcome = 'lost'), 0) as lost_value
      from opportunities
     where outcome <> 'open' and closed_on is not null and (cast(:owner as text) is null or owner = :owner)
     group by 1, 2
     order by 1, 2
    """
)
MONTHS = text(
    """
    select cast(date_trunc('month', closes_on) as date) as month, currency, count(*) as count,
           sum(amount) as amount, round(sum(amount * probability), 2) as weighted
      from opportunities
     where outcome = 'open' and (cast(:owner as text) is null or owner = :owner)
     group by 1, 2
     order by 1 nulls last, 2
    """
)
AGES = text(
    """
    select case when since is null then 'unknown'
                when :today - since <= 30 then 'up_to_30'
                when :today - since <= 60 then 'up_to_60'
                when :today - since <= 90 then 'up_to_90'
                else 'older' end as age,
           currency, count(*) as count, sum(amount) as amount
      from opportunities as deal
      left join (select opportunity_id, max(entered_on) as since from stage_history group by opportunity_id) as entry
        on entry.opportunity_id = deal.id
     where outcome = 'open' and (cast(:owner as text) is null or owner = :owner)
     group by 1, 2
     order by 1, 2
    """
)
WITHOUT_ACCOUNT = text(
    """
    select count(*) from opportunities
     where outcome = 'open' and account_id is null and (cast(:owner as text) is null or owner = :owner)
    """
)


async def pipeline(work: Work) -> PipelineReport:
    """The deals by stage, by when they close and by age: one's own, or all where the role allows it."""
    work.actor.must(Permission.SEE_RECORDS)
    sees_all = work.actor.may(Permission.SEE_ALL_RECORDS)
    narrowed = {"owner": None if sees_all else work.actor.subject}
    stages = await work.session.execute(STAGES, narrowed)
    quarters = await work.session.execute(QUARTERS, narrowed)
    months = await work.session.execute(MONTHS, narrowed)
    ages = await work.session.execute(AGES, {**narrowed, "today": work.now.date()})
    return PipelineReport(
        stages=[StageFigures(**row._mapping) for row in stages],
        quarters=[QuarterFigures(**row._mapping) for row in quarters],
        months=[MonthFigures(**row._mapping) for row in months],
        ages=[AgeFigures(**{**row._mapping, "age": Age(row.age)}) for row in ages],
        open_without_account=await work.session.scalar(WITHOUT_ACCOUNT, narrowed) or 0,
    )
