"""Progress: how far a project or one of its sold lines is."""
