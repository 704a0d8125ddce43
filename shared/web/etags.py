"""Versions of a record over HTTP: nobody overwrites what they have not seen."""

from __future__ import annotations

from fastapi import Request, Response

from shared.errors import Invalid, Stale


class VersionRequired(Invalid):
    """This change needs the version that you have seen.

    Read the record, then send its ETag in the header `If-Match`.
    """


def set_etag(response: Response, version: int) -> None:
    """Tell the caller which version of the record this answer shows."""
    response.headers["etag"] = _etag(version)


def must_match(request: Request, version: int) -> None:
    """Refuse unless the caller has seen `version`. Raises VersionRequired without the header If-Match, Stale."""
    expected = request.headers.get("if-match")
    if expected is None:
        raise VersionRequired(field="/if-match")
    if _etag(version) not in {tag.strip() for tag in expected.split(",")}:
        raise Stale()


def _etag(version: int) -> str:
    return f'"{version}"'
