"""Crm's table of contents; importing it declares every table."""

from __future__ import annotations

from services.crm.accounts.api import router as accounts
from services.crm.imports.api import router as imports
from services.crm.imports.jobs import jobs
from services.crm.opportunities.api import deals, pipeline
from services.crm.permissions import ROLES
from services.crm.products.api import router as products
from services.crm.reports.api import router as reports
from services.crm.sales_people.api import router as sales_people
from services.crm.tables import schema
from services.crm.thread.api import router as thread
from services.crm.thread.reactions import reactions
from shared.service import Service

service = Service(
    name="crm",
    schema=schema,
    permissions=ROLES,
    routers=(accounts, products, sales_people, pipeline, deals, thread, imports, reports),
    reactions=(reactions,),
    jobs=jobs,
)
