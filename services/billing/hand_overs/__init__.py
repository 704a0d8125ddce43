"""Handing documents over to whatever sends e-mail: invoices, credit notes, dunning letters, statements, each once."""
