"""Projects and milestones over HTTP."""
