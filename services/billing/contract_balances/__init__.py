"""What each contract has earned and billed, and the asset or liability between the two, as the ledger has it."""
