"""Reading the pipeline as a whole, in one statement per table of the report."""

from __future__ import annotations

from sqlalchemy import text

from services.crm.permissions import Permission
from services.crm.reports.model import PipelineReport, QuarterFigures, StageFigures
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
WITHOUT_ACCOUNT = text(
    """
    select count(*) from opportunities
     where outcome = 'open' and account_id is null and (cast(:owner as text) is null or owner = :owner)
    """
)


async def pipeline(work: Work) -> PipelineReport:
    """The deals by stage and by the quarter they were closed in: one's own, or all where the role allows it."""
    work.actor.must(Permission.SEE_RECORDS)
    sees_all = work.actor.may(Permission.SEE_ALL_RECORDS)
    narrowed = {"owner": None if sees_all else work.actor.subject}
    stages = await work.session.execute(STAGES, narrowed)
    quarters = await work.session.execute(QUARTERS, narrowed)
    return PipelineReport(
        stages=[StageFigures(**row._mapping) for row in stages],
        quarters=[QuarterFigures(**row._mapping) for row in quarters],
        open_without_account=await work.session.scalar(WITHOUT_ACCOUNT, narrowed) or 0,
    )
