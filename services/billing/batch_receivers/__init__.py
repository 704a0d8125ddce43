"""Which log-ins of ERPs fetch and answer whose batches."""
