"""The side of every page shows what the services declare, to whom it is for."""

from deploy.navigation import text
from shared.actor import Role
from shared.pages.navigation import FILE, groups_for, links


def test_the_file_says_what_the_services_declare() -> None:
    assert FILE.read_text() == text(), "run `make navigation`"


def test_nobody_is_offered_what_their_roles_do_not_open() -> None:
    assert "/crm/accounts" in {link.path for links in groups_for({Role.SALES_REP}).values() for link in links}
    assert "/crm/accounts" not in {link.path for links in groups_for({Role.CONSULTANT}).values() for link in links}
    assert groups_for(()) == {}


def test_no_keys_lead_to_two_pages() -> None:
    keys = [link.keys for link in links() if link.keys]

    assert len(keys) == len(set(keys))
