"""Project templates: how an engagement of a kind is usually delivered."""
