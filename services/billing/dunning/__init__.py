"""Reminding customers of what is late: steps as data, proposed every day, sent by a person, each once per claim."""
