"""How people, their skills and their cost are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Column, Date, Integer, String, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY

from services.resourcing.people.model import CostRate, NoSuchPerson, Person, Skill, StaffingRole
from services.resourcing.tables import schema
from shared.database import amount, belongs_to, found_by, only_one, rule
from shared.work import Work

staffing_roles = schema.table(
    "staffing_roles",
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("description", String, nullable=False),
    only_one("name"),
)
people = schema.table(
    "people",
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("subject_id", String),
    Column("practice", String, nullable=False),
    Column("region", String, nullable=False),
    Column("grade", String, nullable=False),
    Column("manager_id", Uuid),
    Column("staffing_roles", ARRAY(String), nullable=False),
    Column("employed_from", Date, nullable=False),
    Column("employed_until", Date),
    Column("version", Integer, nullable=False),
    belongs_to("manager_id", "people"),
    only_one("subject_id", where="subject_id is not null"),
    found_by("name", "id", why="people by name, page by page"),
    rule("employment", "employed_until > employed_from"),
)
person_skills = schema.table(
    "person_skills",
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("skill", String, nullable=False),
    Column("level", Integer, nullable=False),
    Column("assessed_on", Date, nullable=False),
    belongs_to("person_id", "people"),
    only_one("person_id", "skill"),
    found_by("skill", "person_id", why="who can do this"),
    rule("level", "level between 1 and 3"),
)
cost_rates = schema.table(
    "cost_rates",
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date),
    amount("hourly_cost"),
    Column("currency", String(3), nullable=False),
    belongs_to("person_id", "people"),
    only_one("person_id", "starts_on"),
    rule("period", "ends_before > starts_on"),
    rule("cost", "hourly_cost > 0"),
)

schema.map(StaffingRole, staffing_roles)
schema.map(Skill, person_skills)
schema.map(CostRate, cost_rates)
schema.map(
    Person,
    people,
    version=people.c.version,
    properties={
        "skills": schema.parts(Skill, person_skills, of=people, by="person_id", order_by=person_skills.c.skill)
    },
)


async def get(work: Work, person_id: UUID) -> Person:
    """One person, locked until this work ends; everything dated about somebody is changed under this lock."""
    found: Person | None = await work.session.scalar(
        select(Person).where(people.c.id == person_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchPerson()
    return found


async def hold(work: Work, person_ids: Sequence[UUID]) -> None:
    """Lock several people until this work ends, always in the same order; raises NoSuchPerson."""
    rows = select(people.c.id).where(people.c.id.in_(person_ids)).order_by(people.c.id).with_for_update()
    if len((await work.session.scalars(rows)).all()) != len(person_ids):
        raise NoSuchPerson()


async def exists(work: Work, person_id: UUID) -> bool:
    """Whether there is this person."""
    return await work.session.scalar(select(people.c.id).where(people.c.id == person_id)) is not None


async def with_subject(work: Work, subject: str) -> UUID | None:
    """The person who logs in as `subject`."""
    found: UUID | None = await work.session.scalar(select(people.c.id).where(people.c.subject_id == subject))
    return found


async def costs_of(work: Work, person_id: UUID) -> list[CostRate]:
    """All cost rates of one person, by start."""
    found = await work.session.scalars(
        select(CostRate).where(cost_rates.c.person_id == person_id).order_by(cost_rates.c.starts_on)
    )
    return list(found)


async def costs_by_person(work: Work, person_ids: Iterable[UUID]) -> dict[UUID, list[CostRate]]:
    """All cost rates of several people, by start."""
    found: dict[UUID, list[CostRate]] = {person_id: [] for person_id in person_ids}
    rates = select(CostRate).where(cost_rates.c.person_id.in_(found)).order_by(cost_rates.c.starts_on)
    for rate in await work.session.scalars(rates):
        found[rate.person_id].append(rate)
    return found


async def unknown_roles(work: Work, names: Sequence[str]) -> list[str]:
    """Those of `names` that are no staffing role."""
    known = set(await work.session.scalars(select(staffing_roles.c.name).where(staffing_roles.c.name.in_(names))))
    return [name for name in names if name not in known]


async def add(work: Work, record: StaffingRole | Person | CostRate) -> None:
    """Keep a new record."""
    work.session.add(record)
    await work.session.flush()


async def save(work: Work) -> None:
    """Write what was changed, so that a version or a closed rate is known to what follows."""
    await work.session.flush()
