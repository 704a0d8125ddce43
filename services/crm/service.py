"""Crm's table of contents; importing it declares every table."""

from __future__ import annotations

from services.crm.accounts.api import router as accounts
from services.crm.accounts.pages import finder as accounts_finder
from services.crm.accounts.pages import router as accounts_pages
from services.crm.handoffs.reactions import reactions as handoffs_reactions
from services.crm.imports.api import router as imports
from services.crm.imports.jobs import jobs
from services.crm.imports.pages import router as imports_pages
from services.crm.navigation import NAVIGATION
from services.crm.opportunities.api import deals, pipeline
from services.crm.opportunities.pages import finder as deals_finder
from services.crm.opportunities.pages import needs as deals_needs
from services.crm.opportunities.pages import routers as deals_pages
from services.crm.permissions import ROLES
from services.crm.products.api import router as products
from services.crm.products.pages import router as products_pages
from services.crm.reports.api import router as reports
from services.crm.reports.pages import router as reports_pages
from services.crm.sales_people.api import router as sales_people
from services.crm.sales_people.pages import router as sales_people_pages
from services.crm.tables import schema
from services.crm.thread.api import router as thread
from services.crm.thread.pages import router as thread_pages
from services.crm.thread.reactions import reactions as thread_reactions
from shared.service import Service

service = Service(
    name="crm",
    schema=schema,
    permissions=ROLES,
    routers=(accounts, products, sales_people, pipeline, deals, thread, imports, reports),
    pages=(
        *(*deals_pages, accounts_pages, products_pages, sales_people_pages),
        *(imports_pages, thread_pages, reports_pages),
    ),
    navigation=NAVIGATION,
    finders=(deals_finder, accounts_finder),
    needs=(deals_needs,),
    reactions=(handoffs_reactions, thread_reactions),
    jobs=jobs,
)
