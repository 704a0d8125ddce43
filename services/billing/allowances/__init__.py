"""The allowance for doubtful claims: what of them is likely lost, by how late they are."""
