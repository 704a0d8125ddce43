"""Credit notes: what was invoiced is taken back, whole or in part, down to the hour."""
