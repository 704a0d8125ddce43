"""How alembic reaches the tables of billing."""

from services.billing.service import service
from shared.migrations import run_environment

run_environment(service.schema)
