"""The issuer of the demo firm: everybody who works there, and its ERP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deploy.suite.issuer.accounts import Account, hash_password
from deploy.suite.issuer.client import PATH
from deploy.suite.issuer.issuer import Issuer
from deploy.suite.people import COLLEAGUES, ERP_CLIENT, ERP_SECRET, PASSWORD, TENANT_ID
from shared.actor import Role


def issuer_of(directory: Path, url: str) -> Issuer:
    """The issuer of the suite at `url`, with its keys in `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    return Issuer(f"{url.rstrip('/')}{PATH}", everybody(), directory)


def everybody() -> Iterator[Account]:
    """The accounts of the firm. They share one password, printed by `make demo`, and therefore one hash."""
    password = hash_password(PASSWORD)
    for each in COLLEAGUES:
        yield Account(each.login, each.name, TENANT_ID, each.roles, password)
    yield Account(ERP_CLIENT, "ERP", TENANT_ID, frozenset({Role.ERP}), hash_password(ERP_SECRET), is_program=True)
