"""Project templates at a browser: which there are, which one a deal leads to, and writing one of the firm's own."""

from services.delivery.templates.pages.templates import router

__all__ = ["router"]
