"""How alembic reaches the tables of crm."""

from services.crm.service import service
from shared.migrations import run_environment

run_environment(service.schema)
