"""From HTTP to work and back: what the `api.py` of a feature needs. The application itself is `shared.web.app`."""

from shared.web.bodies import Body, View
from shared.web.etags import must_match, set_etag
from shared.web.idempotency import key_required
from shared.web.paging import Cursor, Limit, PageOf
from shared.web.problems import refusals
from shared.web.route import InWork, WorkRoute

__all__ = [
    "Body",
    "Cursor",
    "InWork",
    "Limit",
    "PageOf",
    "View",
    "WorkRoute",
    "key_required",
    "must_match",
    "refusals",
    "set_etag",
]
