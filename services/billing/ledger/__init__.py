"""The books: chart of accounts and balanced journal entries that never change."""
