"""Expense reports: what people spent on a project, approved for the client and for their own refund."""
