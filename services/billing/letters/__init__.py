"""Letters to customers that are no invoices: set as PDF within one frame."""
