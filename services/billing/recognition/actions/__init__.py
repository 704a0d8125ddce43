"""Recognising revenue, and what is agreed on how."""

from services.billing.recognition.actions.in_background import RECOGNITION, start_recognition
from services.billing.recognition.actions.running import preview_recognition, recognise_revenue
from services.billing.recognition.actions.terms import record_materials, set_recognition_terms

__all__ = [
    "RECOGNITION",
    "preview_recognition",
    "recognise_revenue",
    "record_materials",
    "set_recognition_terms",
    "start_recognition",
]
