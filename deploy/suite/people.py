"""The people of the demo firm: who they are, what they may do, what they can do and what an hour of them costs.

Meridian Consulting exists nowhere else. Every id follows from a name, so the firm is the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid5

from shared.actor import Role

FIRM = UUID("01930000-0000-7000-8000-6d6572696469")
TENANT_ID = uuid5(FIRM, "meridian")
TENANT_NAME = "Meridian Consulting"
BRANCH_ID = uuid5(FIRM, "meridian-nordic")
BRANCH_NAME = "Meridian Nordic"
IN_THE_BRANCH = frozenset({"ruth"})
"""Who works for the firm's branch, a tenant of its own, too."""
PASSWORD = "throughline"  # noqa: S105 - of invented people, on the demo's own machine
ERP_CLIENT = "erp"
ERP_SECRET = "ledger-of-meridian"  # noqa: S105 - as above


@dataclass(frozen=True)
class Colleague:
    """One of the firm: `login` and access `roles`, then as resourcing knows them."""

    login: str
    name: str
    roles: frozenset[Role]
    practice: str
    grade: str = "consultant"
    staffing_roles: tuple[str, ...] = ()
    skills: tuple[tuple[str, int], ...] = ()
    hourly_cost: Decimal | None = None
    minutes_per_day: int = 480
    country: str = "DE"

    @property
    def id(self) -> UUID:
        """The person's id."""
        return uuid5(FIRM, f"person/{self.login}")

    @property
    def email(self) -> str:
        """The person's address, under a domain that exists for examples only."""
        return f"{self.login}@meridian.example"


def _office(login: str, name: str, practice: str, *roles: Role) -> Colleague:
    return Colleague(login, name, frozenset(roles), practice, grade="staff")


def _consultant(
    login: str,
    name: str,
    role: str,
    cost: str,
    *skills: tuple[str, int],
    practice: str = "Platforms",
    minutes: int = 480,
) -> Colleague:
    return Colleague(
        login,
        name,
        frozenset({Role.CONSULTANT}),
        practice,
        grade="principal" if role == "architect" else "consultant",
        staffing_roles=(role,),
        skills=skills,
        hourly_cost=Decimal(cost),
        minutes_per_day=minutes,
    )


def _manager(login: str, name: str, cost: str) -> Colleague:
    return Colleague(
        login,
        name,
        frozenset({Role.PROJECT_MANAGER, Role.CONSULTANT}),
        "Delivery",
        grade="manager",
        staffing_roles=("project_manager",),
        skills=(("project_management", 3),),
        hourly_cost=Decimal(cost),
    )


COLLEAGUES: tuple[Colleague, ...] = (
    _office("ines", "Ines Keller", "Sales", Role.SALES_REP),
    _office("tomas", "Tomás Rivera", "Sales", Role.SALES_REP),
    _office("helen", "Helen Adler", "Sales", Role.SALES_MANAGER),
    _manager("priya", "Priya Nair", "72.00"),
    _manager("jonas", "Jonas Weber", "70.00"),
    _office("marta", "Marta Lindqvist", "Delivery", Role.RESOURCE_MANAGER),
    _office("owen", "Owen Clarke", "Finance", Role.BILLING_CLERK),
    _office("fatima", "Fatima Haddad", "Finance", Role.BILLING_APPROVER),
    _office("viktor", "Viktor Sokolov", "Finance", Role.CONTROLLER),
    _office("ruth", "Ruth Osei", "Finance", Role.AUDITOR),
    _office("sam", "Sam Whitfield", "Operations", Role.ADMINISTRATOR),
    _consultant("anna", "Anna Berg", "senior_consultant", "62.00", ("integration", 3), ("python", 3)),
    _consultant("bela", "Béla Horváth", "senior_consultant", "60.00", ("integration", 3), ("java", 3)),
    _consultant("chiara", "Chiara Conti", "senior_consultant", "61.00", ("integration", 2), ("python", 2)),
    _consultant("dmitri", "Dmitri Volkov", "senior_consultant", "59.00", ("java", 3)),
    _consultant("elif", "Elif Demir", "senior_consultant", "64.00", ("integration", 3), ("python", 2)),
    _consultant("farid", "Farid Rahimi", "senior_consultant", "98.00", ("integration", 3), ("python", 3)),
    _consultant("greta", "Greta Holm", "senior_consultant", "58.00", ("integration", 2), ("data", 2), minutes=288),
    _consultant("hugo", "Hugo Martin", "consultant", "44.00", ("python", 2), ("testing", 2)),
    _consultant("irina", "Irina Petrova", "consultant", "43.00", ("integration", 2), ("testing", 3)),
    _consultant("jakub", "Jakub Nowak", "consultant", "42.00", ("python", 2), ("integration", 1)),
    _consultant("keiko", "Keiko Tanaka", "consultant", "45.00", ("data", 2), ("python", 2), practice="Data"),
    _consultant("liam", "Liam Byrne", "data_engineer", "57.00", ("data", 3), ("python", 3), practice="Data"),
    _consultant("mina", "Mina Farouk", "data_engineer", "55.00", ("data", 3), practice="Data"),
    _consultant("noah", "Noah Fischer", "architect", "84.00", ("integration", 3), ("cloud", 3), practice="Cloud"),
)
BY_LOGIN = {colleague.login: colleague for colleague in COLLEAGUES}
IN_THE_STORY = ("ines", "helen", "priya", "marta", "anna", "elif", "owen", "fatima", "viktor", "sam")
"""Who acts in the thread that the tour plays, and in what is founded before it."""
