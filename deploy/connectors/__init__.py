"""Programs that take sealed batches into the books of other systems, over nothing but HTTP."""
