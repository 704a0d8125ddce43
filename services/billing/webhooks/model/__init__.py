"""Who listens, what they are told, and which addresses may be told anything."""
