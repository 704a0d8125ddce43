"""Every list of every service can be had as a file with all that the page shows, and each head that says so sorts it.

Lists are found on the pages themselves, so a new one is tried on the day it is there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from io import StringIO

import httpx2

from shared.ui.export import MEDIA_TYPES
from tests.api.scenes import EVERY_ROLE, Scene
from tests.api.stories import STRANGERS
from tests.pages.test_every_page import Page, pages_of

TABLE = re.compile(r"<tl-table.*?</tl-table>", re.DOTALL)
FILE = re.compile(r'href="([^"]*)"[^>]* data-file="csv"')
HEAD = re.compile(r'<th scope="col" data-column="\w[^>]*>(?:<a href="([^"]*)"[^>]*>)?([^<]*)')
ROW = re.compile(r"<tr(?: data-id[^>]*)?>\s*<td")
ON_THE_PAGE_ONLY = {"Look at", "Decide", "Entries", "Days"}  # in a file their parts have columns of their own
A_MONTH = re.compile(r"[A-Z][a-z]{2} \d{4}")  # a column of the page is a line of the file
SEVERAL_LINES = {"journal", "demand"}  # an entry is as many as it posts, a role as many as there are months
ASKED = {"/handoffs": "?state=all", "/account-mappings/versions": "?legal_entity=MER&account=1000"}
# Nothing of these is in the story: tests of their features have them as files.
EMPTY = {
    "/approvals",
    "/hand-overs",
    "/outside-entries",
    "/re-ratings/preview",
    "/re-ratings/preview/items",
    "/re-ratings/{re_rating_id}",
    "/utilization/treatments",
    "/work-in-progress/items/{item_id}",
}


@dataclass(frozen=True)
class Table:
    """One list as a page shows it."""

    page: str
    html: str

    def at(self, scene: Scene) -> str:
        """Its page."""
        return Page("GET", self.page).at(scene)

    @property
    def id(self) -> str:
        """Its name."""
        return self.html.split('id="', 1)[1].split('"', 1)[0]

    @property
    def heads(self) -> list[str]:
        """What its columns are called, those without a name left out."""
        return [unescape(label).strip() for _, label in HEAD.findall(self.html) if label.strip()]

    @property
    def sorts(self) -> list[str]:
        """Where its heads lead."""
        return [unescape(address) for address, _ in HEAD.findall(self.html) if address]

    @property
    def rows(self) -> int:
        """How many rows are seen."""
        return len(ROW.findall(self.html))

    def file(self) -> str:
        """Where it is had as a file."""
        found = FILE.search(self.html)
        assert found, f"{self.page}: the list {self.id} cannot be had as a file"
        return unescape(found[1])


async def lists(browser: httpx2.AsyncClient, scene: Scene) -> AsyncIterator[Table]:
    """Every list of the service, page by page."""
    for page in pages_of(scene):
        if page.method == "GET":
            asked = f"{page.at(scene)}{ASKED.get(page.path, '')}"
            answer = await browser.get(asked, headers={"accept": "text/html"})
            is_page = answer.headers["content-type"].startswith("text/html")
            for found in TABLE.findall(answer.text) if is_page else ():
                yield Table(page.path, found)


async def test_every_list_can_be_had_as_a_file_with_every_row_and_column_of_the_page(scene: Scene) -> None:
    browser = scene.story.api.browser(*EVERY_ROLE, subject=scene.story.insider)
    async for table in lists(browser, scene):
        if not table.rows:
            assert table.page in EMPTY, f"{table.page}: give the list {table.id} a row in the story"
            continue
        for kind, content_type in MEDIA_TYPES.items():
            answer = await browser.get(table.file().replace("as=csv", f"as={kind}"))
            assert (answer.status_code, answer.headers["content-type"]) == (200, content_type), table
        answer = await browser.get(table.file())
        head, *lines = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
        missing = {each for each in table.heads if not A_MONTH.fullmatch(each)} - set(head)
        assert missing <= ON_THE_PAGE_ONLY, table.page
        assert len(lines) >= table.rows if table.id in SEVERAL_LINES else len(lines) == table.rows, table.page
        assert {len(line) for line in lines} == {len(head)}, table.page


async def test_every_head_that_sorts_does(scene: Scene) -> None:
    browser = scene.story.api.browser(*EVERY_ROLE, subject=scene.story.insider)
    async for table in lists(browser, scene):
        for address in table.sorts:
            for sort in (address, address.replace("sort=", "sort=-")):
                answer = await browser.get(sort, headers={"accept": "text/html"})
                assert answer.status_code == 200, f"{sort}: {answer.text[-1000:]}"
                assert answer.text.count('aria-sort="ascending"') + answer.text.count('aria-sort="descending"') == 1
        if table.sorts:
            refused = await browser.get(f"{table.at(scene)}?sort=nothing", headers={"accept": "text/html"})
            assert refused.status_code == 422, table.page


async def test_a_file_is_refused_to_whom_the_page_is_and_says_nothing_of_another_firm(scene: Scene) -> None:
    insider = scene.story.api.browser(*EVERY_ROLE, subject=scene.story.insider)
    nobody = scene.story.api.browser(subject="nobody")
    stranger = scene.story.api.browser(*EVERY_ROLE, subject=scene.story.insider, tenant=STRANGERS[0])
    async for table in lists(insider, scene):
        if table.rows:
            assert (await nobody.get(table.file())).status_code == 403, table.page
            answer = await stranger.get(table.file())
            assert answer.status_code in {200, 404}, table.page
            assert not [word for word in scene.story.words if word in answer.text], table.page
