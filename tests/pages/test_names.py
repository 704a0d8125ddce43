"""People stand on every page by name, with the log-in as a tooltip; those of whom no name is known, by their log-in."""

from __future__ import annotations

import re
from collections.abc import Collection

from shared import subjects
from shared.actor import Role, the_service
from shared.clock import wall_clock
from shared.contracts.resourcing import PersonChanged
from shared.ids import new_id
from shared.work import begin
from tests.api.scenes import EVERY_ROLE, Scene
from tests.pages.test_every_page import pages_of, service_of, tried
from tests.support.api import MERIDIAN
from tests.support.operations import a_person

DID_SOMETHING = "select distinct actor from audit where tenant_id = $1 and actor not like 'service:%'"
ROLES_THAT_ARE_WORDS = {role for role in Role if "_" not in role}  # the log-ins of some, and in many sentences
ABOUT_LOG_INS = {"/people/{person_id}", "/history/{record_id}"}  # the latter shows a record as it is kept


def words_of(page: str) -> set[str]:
    """What somebody reads who points at nothing."""
    return set(re.findall(r"[\w:]+", re.sub(r"<[^>]*>", " ", page)))


async def named(scene: Scene, logins: Collection[str]) -> dict[str, str]:
    """Let the service hear of a person for each of some log-ins; gives their names."""
    names = {login: f"Name{number} Known" for number, login in enumerate(logins)}
    (remember,) = subjects.reactions(service_of(scene).schema)
    for login, name in names.items():
        news = PersonChanged.model_validate({**a_person(new_id(), name).model_dump(), "subject_id": login})
        async with begin(scene.database, the_service(scene.database.service, MERIDIAN), wall_clock()) as work:
            await remember.handler(work, news, 1000)
    return names


async def test_people_stand_on_pages_by_name_and_their_log_in_is_a_tooltip(scene: Scene) -> None:
    did = {row[0] for row in await scene.inside.fetch(DID_SOMETHING, MERIDIAN)}
    names = await named(scene, did - ROLES_THAT_ARE_WORDS)
    browser = scene.story.api.browser(*EVERY_ROLE, subject="the-reader")

    seen = set()
    for page in pages_of(scene):
        if page.method == "GET" and page.path not in ABOUT_LOG_INS:
            answer = await tried(browser, page, scene)
            assert "text/html" not in answer.headers["content-type"] or not names.keys() & words_of(answer.text), page
            seen |= {login for login, name in names.items() if f'title="{login}">{name}</span>' in answer.text}
    assert seen
