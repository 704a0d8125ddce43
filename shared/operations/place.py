"""Where the operations pages of a service are."""

from __future__ import annotations

from fastapi import Request


def here(request: Request) -> str:
    """The address of the first of them."""
    return f"/{request.app.state.service_name}/ops"
