"""Imports at a browser."""

from services.crm.imports.pages.wizard import router

__all__ = ["router"]
