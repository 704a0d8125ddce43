"""The issuer of the demo firm: everybody who works there, and its ERP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from deploy.suite.issuer.accounts import COMMAND_LINE, Account, Client, Membership, hash_password
from deploy.suite.issuer.client import PATH
from deploy.suite.issuer.issuer import Issuer
from deploy.suite.people import (
    BRANCH_ID,
    BRANCH_NAME,
    COLLEAGUES,
    ERP_CLIENT,
    ERP_SECRET,
    IN_THE_BRANCH,
    PASSWORD,
    TENANT_ID,
    TENANT_NAME,
)
from shared.actor import Role

BROWSER = "throughline-web"


def issuer_of(directory: Path, url: str, services: Iterable[str] = ()) -> Issuer:
    """The issuer of the suite at `url`, with its keys in `directory`; browsers log in through `services`."""
    directory.mkdir(parents=True, exist_ok=True)
    origin = url.rstrip("/")
    browser = Client(
        BROWSER,
        frozenset(f"{origin}/{service}/session/logged-in" for service in services),
        frozenset(f"{origin}/{service}/session/logged-out" for service in services),
    )
    return Issuer(f"{origin}{PATH}", everybody(), directory, clients=(COMMAND_LINE, browser))


def everybody() -> Iterator[Account]:
    """The accounts of the firm. They share one password, printed by `make demo`, and therefore one hash."""
    password = hash_password(PASSWORD)
    for each in COLLEAGUES:
        elsewhere = (Membership(BRANCH_ID, BRANCH_NAME, each.roles),) if each.login in IN_THE_BRANCH else ()
        yield Account(
            each.login,
            each.name,
            TENANT_ID,
            each.roles,
            password,
            tenant_name=TENANT_NAME,
            elsewhere=elsewhere,
        )
    yield Account(
        ERP_CLIENT,
        "ERP",
        TENANT_ID,
        frozenset({Role.ERP}),
        hash_password(ERP_SECRET),
        is_program=True,
        tenant_name=TENANT_NAME,
    )
