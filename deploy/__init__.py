"""How the services are put together and run; nothing imports this."""
