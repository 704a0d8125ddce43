"""Telling the systems that listen what happened to batches: signed, repeated until heard, logged."""
