"""Delivery's table of contents; importing it declares every table."""

from __future__ import annotations

from services.delivery.accounts.reactions import reactions as accounts
from services.delivery.change_orders import pages as change_order_pages
from services.delivery.change_orders.api import router as change_orders
from services.delivery.expenses import pages as expense_pages
from services.delivery.expenses.api import lock_router as expense_lock
from services.delivery.expenses.api import router as expense_reports
from services.delivery.handoffs import pages as handoff_pages
from services.delivery.handoffs.api import router as handoffs
from services.delivery.handoffs.reactions import reactions as won_deals
from services.delivery.margin.reactions import reactions as margin
from services.delivery.navigation import NAVIGATION
from services.delivery.people.reactions import reactions as people
from services.delivery.permissions import ROLES
from services.delivery.progress import pages as progress_pages
from services.delivery.progress.api import router as progress
from services.delivery.projects import pages as project_pages
from services.delivery.projects.api.milestones import router as milestones
from services.delivery.projects.api.projects import router as projects
from services.delivery.projects.reactions import reactions as staffing
from services.delivery.tables import schema
from services.delivery.templates.api import router as templates
from services.delivery.templates.pages import router as template_pages
from services.delivery.timesheets.api.entries import router as time_entries
from services.delivery.timesheets.api.timesheets import router as timesheets
from services.delivery.timesheets.pages import approvals, timer, week
from services.delivery.timesheets.pages.timesheets import router as timesheets_pages
from shared.service import Service

service = Service(
    name="delivery",
    schema=schema,
    permissions=ROLES,
    routers=(
        *(handoffs, templates, projects, milestones, time_entries, timesheets),
        *(expense_reports, expense_lock, change_orders, progress),
    ),
    pages=(
        *(
            week.router,
            timer.router,
            approvals.router,
            timesheets_pages,
            expense_pages.router,
            handoff_pages.router,
            project_pages.router,
        ),
        *(change_order_pages.router, progress_pages.router, template_pages),
    ),
    navigation=NAVIGATION,
    finders=(project_pages.finder,),
    needs=(week.needs, approvals.needs, expense_pages.needs, handoff_pages.needs),
    reactions=(won_deals, accounts, people, staffing, margin),
)
