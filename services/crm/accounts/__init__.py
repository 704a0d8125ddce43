"""Accounts and their contacts: with whom we do business."""
