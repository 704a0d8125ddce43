"""How the invoices of a legal entity read and look."""
