"""How the books of each system that takes our batches are set up, by legal entity, in versions."""
