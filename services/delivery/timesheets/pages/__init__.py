"""Time as people see it: their own week, and what waits for their approval."""
