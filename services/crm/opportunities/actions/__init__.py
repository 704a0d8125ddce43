"""What people do with opportunities, from the first call to won or lost."""

from services.crm.opportunities.actions.closing import close_anew, close_as_lost, close_as_won
from services.crm.opportunities.actions.describing import (
    change_opportunity,
    change_stage_weight,
    create_opportunity,
    enter_stage,
)
from services.crm.opportunities.actions.events import changed
from services.crm.opportunities.actions.importing import deals_worked_on_here, import_deals, stage_codes
from services.crm.opportunities.actions.selling import LineDetails, PlannedRole, drop_line, plan_services, sell_line

__all__ = [
    "LineDetails",
    "PlannedRole",
    "change_opportunity",
    "change_stage_weight",
    "changed",
    "close_anew",
    "close_as_lost",
    "close_as_won",
    "create_opportunity",
    "deals_worked_on_here",
    "drop_line",
    "enter_stage",
    "import_deals",
    "plan_services",
    "sell_line",
    "stage_codes",
]
