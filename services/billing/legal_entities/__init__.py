"""Our own firms: who sells, in which currency, under which tax rules, with which invoice numbers."""
