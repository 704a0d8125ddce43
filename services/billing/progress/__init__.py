"""How far sold work is, as delivery measures it."""
