"""How the software says no over HTTP: problem details (RFC 9457), always the same shape, always with a way on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from shared import telemetry
from shared.auth import NotLoggedIn, TokenRefused
from shared.errors import AlreadyExists, Conflict, Forbidden, Invalid, NotFound, Refused, Stale
from shared.web.limits import BodyEncoded, BodyTimedOut, BodyTooLarge, TookTooLong, TooManyRequests

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
STATUS: Mapping[type[Refused], int] = {
    NotLoggedIn: 401,
    Forbidden: 403,
    NotFound: 404,
    BodyTimedOut: 408,
    Conflict: 409,
    Stale: 412,
    BodyTooLarge: 413,
    BodyEncoded: 415,
    Invalid: 422,
    TooManyRequests: 429,
    TookTooLong: 503,
}


class InvalidRequest(Invalid):
    """The request is not of the form that this address takes.

    Correct what `errors` points at; the description of every field is in /api/v1/openapi.json.
    """


class RefersToUnknown(Invalid):
    """Something that this refers to does not exist.

    Check the ids in the request, and create what is missing first.
    """


class DoesNotFit(Invalid):
    """The values do not go together.

    Check the values against the description of the fields.
    """


class Busy(TookTooLong):
    """Others are changing the same records, and this was undone.

    Try again in a moment. Use the same Idempotency-Key.
    """


class Unavailable(TookTooLong):
    """The database cannot be reached.

    Try again in a moment. Use the same Idempotency-Key.
    """


class InternalError(Refused):
    """Something went wrong here, and nothing was changed.

    Try again later; if it stays, tell whoever runs this the `trace_id` and the `request_id`.
    """


class FieldError(BaseModel):
    """What is wrong with one field; `pointer` is a JSON pointer that starts with where the field was sent."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """Why a request was refused, as RFC 9457 describes it; `code` is stable, `mend` says how to go on."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    mend: str | None = None
    errors: list[FieldError] = []
    trace_id: str | None = None
    request_id: str | None = None


class ForPeople(Protocol):
    """How problems are told to somebody at a browser, for requests whose state has one as `problems_for_people`."""

    def told(self, request: Request, refusal: Refused) -> tuple[str, str | None]:
        """What cannot be done and how to go on, in their language."""

    def fault(self, request: Request, error: Mapping[str, Any]) -> str:
        """What is wrong with one field, from an error of pydantic's."""

    def page(self, request: Request, problem: Problem, headers: Mapping[str, str]) -> Response:
        """The answer that shows `problem`."""


# SQLSTATE of what the database refused, and what that means to a caller
BY_SQLSTATE: Mapping[str, type[Refused]] = {
    "23505": AlreadyExists,
    "23503": RefersToUnknown,
    "23514": DoesNotFit,
    "40001": Busy,
    "40P01": Busy,
    "55P03": Busy,
    "57014": TookTooLong,
    "57P01": Unavailable,
    "57P03": Unavailable,
    "53300": Unavailable,
    "22000": DoesNotFit,
    "22003": DoesNotFit,
    "22008": DoesNotFit,
    "22021": DoesNotFit,
    "22P05": DoesNotFit,
}


def status_of(refusal: type[Refused]) -> int:
    """The HTTP status of a kind of refusal; 500 for one of no kind."""
    return next((status for kind, status in STATUS.items() if issubclass(refusal, kind)), 500)


def refusals(*classes: type[Refused]) -> dict[int | str, dict[str, Any]]:
    """The answers by which an endpoint may refuse, for `responses=`: those of one status are described together."""
    by_status: dict[int, list[type[Refused]]] = {}
    for each in classes:
        by_status.setdefault(status_of(each), []).append(each)
    return {status: described(*kinds) for status, kinds in sorted(by_status.items())}


def described(*kinds: type[Refused]) -> dict[str, Any]:
    """One answer of an OpenAPI description, that carries a Problem with one of these codes."""
    lines = [f"`{kind.code()}`: {kind.message()}" for kind in kinds]
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": "\n\n".join(lines), "content": {MEDIA_TYPE: {"schema": schema}}}


def problem(request: Request, refusal: Refused, errors: Sequence[FieldError] = ()) -> Response:
    """The answer that says `refusal`."""
    for_people = _for_people(request)
    detail, mend = for_people.told(request, refusal) if for_people else (refusal.detail, refusal.mend)
    return _answer(
        request,
        status=status_of(type(refusal)),
        code=refusal.code(),
        detail=detail,
        mend=mend,
        errors=[*errors, *_pointed(request, refusal.field, detail)],
        headers=_headers_of(refusal),
    )


async def _refused(request: Request, error: Refused) -> Response:
    if isinstance(error, TokenRefused):
        log.warning("token refused: %s", error.reason)
    return problem(request, error)


async def _misshapen(request: Request, error: RequestValidationError) -> Response:
    for_people = _for_people(request)
    errors = [
        FieldError(pointer=_pointer(one["loc"]), detail=for_people.fault(request, one) if for_people else one["msg"])
        for one in error.errors()
    ]
    return problem(request, InvalidRequest(), errors)


async def _of_http(request: Request, error: HTTPException) -> Response:
    """What the framework refused: an address or a verb that there is not, a body too large."""
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return problem(request, BodyTooLarge())
    status = HTTPStatus(error.status_code)
    return _answer(
        request,
        status=status,
        code=status.phrase.lower().replace(" ", "_").replace("-", "_"),
        detail=f"{status.phrase}: {request.method} {request.url.path}",
        mend="Every address and its verbs are in /api/v1/openapi.json.",
        headers=dict(error.headers or {}),
    )


async def _changed_meanwhile(request: Request, error: Exception) -> Response:
    return problem(request, Stale())


async def _of_database(request: Request, error: DBAPIError) -> Response:
    state = str(getattr(error.orig, "sqlstate", None))
    refusal = BY_SQLSTATE.get(state)
    if refusal is None and (error.connection_invalidated or state.startswith("08")):
        refusal = Unavailable
    if refusal is None:
        raise error
    log.info("the database refused: %s", error.orig)
    return problem(request, refusal())


async def _out_of_range(request: Request, error: Exception) -> Response:
    """A day before the first or behind the last one that there is."""
    return problem(request, DoesNotFit())


async def _unreachable(request: Request, error: Exception) -> Response:
    log.warning("the database cannot be reached: %s", error)
    return problem(request, Unavailable())


async def _all_connections_taken(request: Request, error: Exception) -> Response:
    return problem(request, Busy())


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    Refused: _refused,
    RequestValidationError: _misshapen,
    HTTPException: _of_http,
    StaleDataError: _changed_meanwhile,
    DBAPIError: _of_database,
    OverflowError: _out_of_range,
    PoolTimeout: _all_connections_taken,
    ConnectionError: _unreachable,
}


def _answer(
    request: Request,
    *,
    status: int,
    code: str,
    detail: str,
    mend: str | None,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    said = Problem(
        type=f"urn:throughline:problem:{code}",
        title=code.replace("_", " ").capitalize(),
        status=status,
        detail=detail,
        code=code,
        mend=mend,
        errors=list(errors),
        trace_id=telemetry.current_trace_id(),
        request_id=getattr(request.state, "request_id", None),
    )
    for_people = _for_people(request)
    if for_people is not None:
        return for_people.page(request, said, headers or {})
    return Response(said.model_dump_json(), status, headers, MEDIA_TYPE)


def _for_people(request: Request) -> ForPeople | None:
    found: ForPeople | None = getattr(request.state, "problems_for_people", None)
    return found


def _headers_of(refusal: Refused) -> dict[str, str]:
    if isinstance(refusal, TooManyRequests):
        return {"retry-after": str(refusal.retry_after)}
    if isinstance(refusal, TookTooLong):
        return {"retry-after": "1"}
    if isinstance(refusal, NotLoggedIn):
        return {"www-authenticate": "Bearer"}
    return {}


def _pointed(request: Request, field: str | None, detail: str) -> list[FieldError]:
    """The field that a refusal names, which was sent in the body, or in the query of a read."""
    if field is None:
        return []
    place = "query" if request.method in ("GET", "HEAD") else "body"
    return [FieldError(pointer=f"#/{place}{field}", detail=detail)]


def _pointer(place: Sequence[str | int]) -> str:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in place)
    return "#/" + "/".join(steps)
