"""How opportunities and the pipeline are kept."""

from services.crm.opportunities.store.deals import (
    add,
    closing_stage,
    get,
    is_known,
    next_numbers,
    pipeline,
    stage,
)
from services.crm.opportunities.store.importing import upsert, worked_on_here
from services.crm.opportunities.store.tables import opportunities

__all__ = [
    "add",
    "closing_stage",
    "get",
    "is_known",
    "next_numbers",
    "opportunities",
    "pipeline",
    "stage",
    "upsert",
    "worked_on_here",
]
