"""Judges the databases of the services by arithmetic of its own: no line of it is shared with the product."""
