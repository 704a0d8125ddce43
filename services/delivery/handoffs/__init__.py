"""Handoffs: sold work that delivery accepts or returns."""
