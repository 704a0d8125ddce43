"""What operations sees and does: parked messages, lag, pauses. One implementation for HTTP and for the command line."""

from shared.operations.permissions import ROLES, Permission
from shared.operations.schema import DOWN, UP

__all__ = ["DOWN", "ROLES", "UP", "Permission"]
