"""The embedded suite's own identity provider: OpenID Connect for people and programs, no more than needed."""
