"""The embedded suite: all services, PostgreSQL and transport in one process."""
