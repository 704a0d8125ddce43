"""The checklist of a month: what stands in the way of closing it, and what one should know before."""

from __future__ import annotations

from sqlalchemy import text

from services.billing.batches.queries import unsealed_in
from services.billing.closing.model import Concern, Finding
from services.billing.contract_balances.queries import unexplained_contracts
from services.billing.ledger.queries import books_of
from services.billing.permissions import Permission
from services.billing.recognition.queries import unrecognised_lines
from services.billing.revaluations.actions import open_balances
from shared.period import Period
from shared.work import Work

# Time that nobody has submitted or approved is delivery's: billing hears of it when it is approved.
LEFT = text(
    """
    with selling as (select id from legal_entities where code = :legal_entity),
         theirs as (select id from contracts where legal_entity_id in (select id from selling) and status = 'active')
    select (select count(*) from billable_items where contract_id in (select id from theirs)
               and is_billable and value is null and day < :before) as unrated,
           (select count(*) from invoices where legal_entity_id in (select id from selling)
               and status in ('draft', 'approved') and up_to < :before) as drafts,
           (select count(*) from export_batches batch where legal_entity = :legal_entity
               and period_starts_on = :starts_on
               and not exists (select from batch_answers answer where answer.batch_id = batch.id)) as unanswered
    """
)


async def checklist(work: Work, legal_entity: str, month: Period) -> list[Finding]:
    """What is left of a month, the things that keep it open first. Raises NoBooks."""
    work.actor.must(Permission.SEE_LEDGER)
    await books_of(work, legal_entity)
    before = month.ends_before or month.starts_on
    values = {"legal_entity": legal_entity, "starts_on": month.starts_on, "before": before}
    left = (await work.session.execute(LEFT, values)).one()
    open = await open_balances(work, legal_entity, month)
    counts = {
        Concern.UNSEALED_ENTRIES: await unsealed_in(work, legal_entity, starts_on=month.starts_on),
        Concern.UNEXPLAINED_CONTRACTS: await unexplained_contracts(work, legal_entity, month),
        Concern.UNRATED_WORK: left.unrated,
        Concern.OPEN_DRAFTS: left.drafts,
        Concern.UNRECOGNISED_LINES: await unrecognised_lines(work, legal_entity, month),
        Concern.UNREVALUED_BALANCES: sum(not one.is_revalued for one in open),
        Concern.UNANSWERED_BATCHES: left.unanswered,
    }
    return [Finding(concern, counts[concern]) for concern in Concern]
