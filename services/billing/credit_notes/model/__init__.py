"""The words and rules of credit notes."""
