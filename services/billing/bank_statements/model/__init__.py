"""What a bank file says, and which invoices its lines may be for."""
