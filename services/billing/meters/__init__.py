"""How far the limits of a contract are used: its order, caps, fixed fees, retainers and deposit."""
