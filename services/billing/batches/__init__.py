"""Sealed journal batches for the ERP, chained, rendered and acknowledged."""
