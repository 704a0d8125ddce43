"""Accounts: what crm calls the customers that we deliver to."""
