"""Sealed batches over HTTP: for the controller who seals, and for the ERP that fetches and answers."""

from services.billing.batches.api.answers import EntryStateWanted
from services.billing.batches.api.answers import router as answers
from services.billing.batches.api.files import file_response
from services.billing.batches.api.files import router as files
from services.billing.batches.api.sealing import SealBody
from services.billing.batches.api.sealing import router as sealing

__all__ = ["EntryStateWanted", "SealBody", "answers", "file_response", "files", "sealing"]
