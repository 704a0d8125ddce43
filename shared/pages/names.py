"""People stand on pages by name: `ui.who(login)` leaves a mark, one statement for the whole page finds the names."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse
from sqlalchemy import text

from shared.transactions import send
from shared.ui.render import environment
from shared.work import Work

MARK = re.compile(r'<span class="who" data-shape="(\w+)">([^<]*)</span>')  # nobody can type one: pages escape "<"
NAMES = text(
    "select log_ins.subject, subjects.name from log_ins join subjects using (tenant_id, person_id)"
    " where log_ins.subject = any(:logins)"
)


async def with_names(work: Work, answer: Response) -> Response:
    """`answer` with the name of everybody whom its page shows, or the log-in of those of whom none is known."""
    if not isinstance(answer, HTMLResponse) or not (marks := MARK.findall(shown := bytes(answer.body).decode())):
        return answer
    logins = sorted({unescape(login) for _, login in marks})
    names = {row.subject: row.name for row in await send(work.session, NAMES, {"logins": logins})}
    ui: Any = environment().globals["ui"]
    told = MARK.sub(lambda mark: ui.named(login := unescape(mark[2]), names.get(login), mark[1]), shown)
    answer.body = told.encode()
    answer.headers["content-length"] = str(len(answer.body))
    return answer
