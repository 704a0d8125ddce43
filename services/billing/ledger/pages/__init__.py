"""The books at a browser: journal and trial balance, the chart, entries by hand."""

from fastapi import APIRouter

from services.billing.ledger.pages import adjustments, books, chart

router = APIRouter()
for part in (books, chart, adjustments):
    router.include_router(part.router)

__all__ = ["router"]
