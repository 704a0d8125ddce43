"""How alembic reaches the tables of delivery."""

from services.delivery.service import service
from shared.migrations import run_environment

run_environment(service.schema)
