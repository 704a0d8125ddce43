"""What people do with templates."""

from __future__ import annotations

from uuid import UUID

from services.delivery.permissions import Permission
from services.delivery.templates import store
from services.delivery.templates.model.shipped import SHIPPED
from services.delivery.templates.model.template import ProjectTemplate
from shared.errors import Conflict
from shared.work import Work


class TemplateCodeTaken(Conflict):
    """There is a template with this code or name already.

    Choose another code and another name.
    """


async def write_template(work: Work, template_id: UUID, template: ProjectTemplate) -> ProjectTemplate:
    """Add a template of the firm's own, which sales can wish for by code or name."""
    work.actor.must(Permission.WRITE_TEMPLATES)
    known = [*SHIPPED, *(await store.all_own(work)).values()]
    taken = {word.casefold() for one in known for word in (one.code, one.name)}
    if taken & {template.code.casefold(), template.name.casefold()}:
        raise TemplateCodeTaken(field="/code")
    await store.add(work, template_id, template)
    return template
