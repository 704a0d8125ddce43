"""Figures over all deals: pipeline and win rate."""
