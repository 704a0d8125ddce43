"""The tables of resourcing's database, declared in the stores of its features."""

from shared.database import Schema

schema = Schema("resourcing")
