"""The refusals: how the software says no, to people and to programs.

A refusal is a class beside the rule that raises it. The first paragraph of its docstring is the message, the
second one says how to mend it, its kind decides the HTTP status, and its name in snake case is the stable code.
"""

from __future__ import annotations

import re
from inspect import cleandoc

from shared.reasons import Reason


class Refused(Exception):
    """This cannot be done."""

    def __init__(
        self, detail: str | Reason | None = None, *, field: str | None = None, mend: str | Reason | None = None
    ) -> None:
        """Refuse with the class's message, or with `detail`; `field` is a JSON pointer such as `/lines/0/minutes`."""
        what, how = self.paragraphs()
        self.what = detail or what
        self.how = mend or how
        self.field = field
        super().__init__(self.detail)

    @property
    def detail(self) -> str:
        """What cannot be done, in English, for programs."""
        return str(self.what)

    @property
    def mend(self) -> str | None:
        """How to go on, in English, for programs."""
        return str(self.how) if self.how else None

    @classmethod
    def code(cls) -> str:
        """The stable code of this refusal: its class name in snake case."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def message(cls) -> str:
        """What this refusal says unless a detail is given: the first paragraph of its docstring."""
        return cls.paragraphs()[0]

    @classmethod
    def paragraphs(cls) -> tuple[str, str | None]:
        """What this refusal says and how to mend it, unless it is told otherwise."""
        what, _, how = cleandoc(cls.__doc__ or "").partition("\n\n")
        return " ".join(what.split()), " ".join(how.split()) or None


class NotFound(Refused):
    """There is no such record, or you may not see it."""


class Forbidden(Refused):
    """You may not do this."""


class Conflict(Refused):
    """The record is not in a state that allows this."""


class AlreadyExists(Conflict):
    """There is one of these already.

    Read it, and either change that one or choose another id or name.
    """


class Invalid(Refused):
    """What was given does not make sense."""


class Stale(Refused):
    """Somebody changed the record since you read it.

    Read it again, look at what changed, and repeat your change with the new ETag.
    """
