"""What people do about late claims: say the steps, propose, pause, leave out, send."""

from services.billing.dunning.actions.planning import lift_pause, pause_dunning, set_dunning_plan
from services.billing.dunning.actions.proposing import PROPOSE_DUNNING, propose_dunning
from services.billing.dunning.actions.sending import leave_out_notices, send_notices

__all__ = [
    "PROPOSE_DUNNING",
    "leave_out_notices",
    "lift_pause",
    "pause_dunning",
    "propose_dunning",
    "send_notices",
    "set_dunning_plan",
]
