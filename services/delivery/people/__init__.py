"""People: who works here and when, as resourcing says."""
