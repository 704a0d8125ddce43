"""Billing's table of contents; importing it declares every table."""

from __future__ import annotations

from services.billing.contracts import api as contracts_api
from services.billing.contracts import reactions as contracts_reactions
from services.billing.customers import api as customers_api
from services.billing.customers import reactions as customers_reactions
from services.billing.invoices import api as invoices_api
from services.billing.legal_entities import api as legal_entities_api
from services.billing.permissions import ROLES
from services.billing.rates import api as rates_api
from services.billing.tables import schema
from services.billing.work_in_progress import api as work_in_progress_api
from services.billing.work_in_progress import reactions as work_in_progress_reactions
from shared.service import Service

service = Service(
    name="billing",
    schema=schema,
    permissions=ROLES,
    routers=(
        legal_entities_api.router,
        customers_api.router,
        contracts_api.router,
        rates_api.router,
        work_in_progress_api.router,
        invoices_api.router,
    ),
    reactions=(
        customers_reactions.reactions,
        contracts_reactions.reactions,
        work_in_progress_reactions.reactions,
    ),
    jobs=(),
)
