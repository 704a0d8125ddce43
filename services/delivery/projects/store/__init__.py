"""How projects are kept: the plan, the baseline, and the team."""
