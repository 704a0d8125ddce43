"""People stand on pages by name: `ui.who(login)` leaves a mark, one statement for the whole page finds the names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse
from sqlalchemy import text

from shared.transactions import send
from shared.ui.export import TableFile
from shared.ui.render import environment
from shared.work import Work

MARK = re.compile(r'<span class="who" data-shape="(\w+)">([^<]*)</span>')  # nobody can type one: pages escape "<"
NAMES = text(
    "select log_ins.subject, subjects.name from log_ins join subjects using (tenant_id, person_id)"
    " where log_ins.subject = any(:logins)"
)


async def with_names(work: Work, answer: Response) -> Response:
    """`answer` with the name of everybody whom its page or file shows, or the log-in of those of whom none is known."""
    if isinstance(answer, TableFile):
        logins = answer.logins()
        names = await _names(work, logins)
        answer.name({login: unescape(_told(login, names, "words")).strip() for login in logins})
    elif isinstance(answer, HTMLResponse) and (marks := MARK.findall(shown := bytes(answer.body).decode())):
        names = await _names(work, [unescape(login) for _, login in marks])
        answer.body = MARK.sub(lambda mark: _told(unescape(mark[2]), names, mark[1]), shown).encode()
        answer.headers["content-length"] = str(len(answer.body))
    return answer


async def _names(work: Work, logins: Iterable[str]) -> dict[str, str]:
    """The names that are known; nothing is asked about nobody."""
    wanted = sorted(set(logins))
    return {row.subject: row.name for row in await send(work.session, NAMES, {"logins": wanted})} if wanted else {}


def _told(login: str, names: Mapping[str, str], shape: str) -> str:
    ui: Any = environment().globals["ui"]
    return str(ui.named(login, names.get(login), shape))
