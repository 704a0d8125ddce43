"""Projects: the plan, the team, the milestones and the baseline of what was sold."""
