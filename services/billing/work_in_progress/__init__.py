"""Approved work, valued and waiting to be invoiced."""
