"""Imports over HTTP."""

from services.crm.imports.api.imports import router

__all__ = ["router"]
