"""Where a page of a list ended, as text that leads to the next one: what its last row is sorted by."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.errors import Invalid


class BadCursor(Invalid):
    """This page cursor was not made here.

    Start again without `cursor`, then follow `next` as it is given.
    """


def write_cursor(values: Sequence[Any]) -> str:
    """`values` as a cursor."""
    plain = json.dumps([value if value is None or isinstance(value, int) else str(value) for value in values])
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(cursor: str, kinds: Sequence[type[Any]], *, may_lack_first: bool) -> list[Any]:
    """The values of a cursor, each of its kind; only the first may be missing. Raises BadCursor."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        lacks = may_lack_first and values[:1] == [None]
        known = [_parse(value, kind) for value, kind in zip(values[lacks:], kinds[lacks:], strict=True)]
    except (binascii.Error, ValueError, TypeError, ArithmeticError, LookupError) as error:
        raise BadCursor(field="/cursor") from error
    return [None, *known] if lacks else known


def _parse(value: Any, kind: type[Any]) -> Any:
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    if kind is bool and not isinstance(value, bool):
        raise TypeError(value)
    return kind(value) if kind in (UUID, Decimal, int, str) else value
