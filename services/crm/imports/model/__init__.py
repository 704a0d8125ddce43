"""What an import is: a mapping from columns to fields, rules for cells, and what becomes of every line."""
