"""crm: will we win it? Accounts, products, opportunities, and what became of the won ones."""
