"""Who may do what in crm: the permissions, and which role holds which."""

from __future__ import annotations

from enum import StrEnum

from shared.actor import Role


class Permission(StrEnum):
    """One thing that somebody may do or see in crm; without the `_all_` twin it concerns own records only."""

    SEE_RECORDS = "crm.see_records"
    SEE_ALL_RECORDS = "crm.see_all_records"
    CHANGE_RECORDS = "crm.change_records"
    CHANGE_ALL_RECORDS = "crm.change_all_records"
    SEE_PRODUCTS = "crm.see_products"
    CHANGE_PRODUCTS = "crm.change_products"
    SEE_COSTS = "crm.see_costs"
    KEEP_SALES_PEOPLE = "crm.keep_sales_people"
    IMPORT_RECORDS = "crm.import_records"
    SEE_IMPORTS = "crm.see_imports"


OWN_SALES = {Permission.SEE_RECORDS, Permission.CHANGE_RECORDS, Permission.SEE_PRODUCTS}
ALL_SALES = OWN_SALES | {Permission.SEE_ALL_RECORDS, Permission.CHANGE_ALL_RECORDS, Permission.SEE_COSTS}
IMPORTS = {Permission.IMPORT_RECORDS, Permission.SEE_IMPORTS}

ROLES: dict[Role, frozenset[Permission]] = {
    Role.SALES_REP: frozenset(OWN_SALES),
    Role.SALES_MANAGER: frozenset(ALL_SALES | IMPORTS | {Permission.CHANGE_PRODUCTS, Permission.KEEP_SALES_PEOPLE}),
    Role.AUDITOR: frozenset(
        {
            Permission.SEE_RECORDS,
            Permission.SEE_ALL_RECORDS,
            Permission.SEE_PRODUCTS,
            Permission.SEE_COSTS,
            Permission.SEE_IMPORTS,
        }
    ),
    Role.ADMINISTRATOR: frozenset(IMPORTS | {Permission.SEE_PRODUCTS, Permission.CHANGE_PRODUCTS}),
}
