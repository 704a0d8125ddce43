"""Who buys from us, as crm tells it."""
