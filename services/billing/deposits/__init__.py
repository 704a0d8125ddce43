"""Deposits and advances: invoiced before the work, drawn down on later invoices."""
