"""The words and rules of the books."""
