"""The months of a legal entity's books: open, closing, closed."""
