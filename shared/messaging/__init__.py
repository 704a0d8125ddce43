"""Events on their way: outbox, relay, transports, inbox, reactions."""
