"""Taking sealed batches into a Tryton: each entry a posted move there, once."""
