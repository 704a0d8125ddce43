"""Which templates there are, and which one a deal leads to."""

from __future__ import annotations

from uuid import UUID

from services.delivery.permissions import Permission
from services.delivery.templates import store
from services.delivery.templates.model.rules import RULES, Choice, Deal, Rule, choose
from services.delivery.templates.model.shipped import SHIPPED
from services.delivery.templates.model.template import NoSuchTemplate, ProjectTemplate
from shared.work import Work


async def templates(work: Work) -> list[tuple[UUID | None, ProjectTemplate]]:
    """The shipped templates, which have no id, then the firm's own."""
    work.actor.must(Permission.VIEW_TEMPLATES)
    own = await store.all_own(work)
    return [*((None, template) for template in SHIPPED), *own.items()]


async def template_called(work: Work, code: str) -> ProjectTemplate:
    """The template with this code; raises NoSuchTemplate."""
    found = next((one for _, one in await templates(work) if one.code == code), None)
    if found is None:
        raise NoSuchTemplate()
    return found


def rules(work: Work) -> tuple[Rule, ...]:
    """The rules in the order in which they are tried."""
    work.actor.must(Permission.VIEW_TEMPLATES)
    return RULES


async def template_for(work: Work, deal: Deal) -> Choice:
    """The template that `deal` leads to, the firm's own ones included; whoever asks may see the deal."""
    own = await store.all_own(work)
    return choose(deal, [*SHIPPED, *own.values()])
