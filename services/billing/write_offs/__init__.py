"""Giving up claims: proposed by one, approved by another, and taken back as far as the customer pays after all."""
