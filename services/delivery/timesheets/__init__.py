"""Timesheets: time worked, submitted and signed off."""
