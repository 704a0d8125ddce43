"""Which account of the ERP's books stands for which of ours, by target, in versions."""
