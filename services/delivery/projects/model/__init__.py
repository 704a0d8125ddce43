"""What a project is: what was sold, the plan, its dates, milestones, baseline and states."""
