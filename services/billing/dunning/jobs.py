"""What billing does every day about late claims: propose whom to remind."""

from __future__ import annotations

from services.billing.dunning.actions import PROPOSE_DUNNING

jobs = (PROPOSE_DUNNING,)
