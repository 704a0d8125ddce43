"""How the invoices of each legal entity read and look."""
