"""How alembic reaches the tables of resourcing."""

from services.resourcing.service import service
from shared.migrations import run_environment

run_environment(service.schema)
