"""How far a fixed fee is: what delivery measured or somebody stated, billed up to there."""
