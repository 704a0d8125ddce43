"""How batches and what the ERP said of them are kept."""
