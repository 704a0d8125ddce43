"""What is wrong with one field of a form, for whoever filled it in: pydantic finds it, people have to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shared.reasons import Reason, because
from shared.ui.formats import told, worded

EMPTY: tuple[object, ...] = (None, "", [], ())
OWN_WORDS = re.compile(r"^(Value|Assertion) error, ")
CAPITALS = re.compile(r"\^\[A-Z\]\{(?P<num>\d)\}\$")

MISFILLED = because("Something is not filled in as it should be.")
ARE_MARKED = because("Correct the fields that are marked.")
FILL_IN = because("Fill this in.")
IN_CAPITALS = because("Write %(num)s capital letters.")
A_NUMBER = because("Write a number.")
TOO_LARGE = because("This number is too large.")
ADDRESS = because("Write an address such as https://example.com.")
ONE_OF = because("Choose one of those that are offered.")
A_DAY = because("Choose a day.")
A_MOMENT = because("Choose a day and a time.")
# By the type of the error, whose facts pydantic names.
WORDS = {
    "int_parsing": because("Write a whole number."),
    "decimal_parsing": A_NUMBER,
    "float_parsing": A_NUMBER,
    "finite_number": A_NUMBER,
    "decimal_max_places": because("Write no more decimals than %(decimal_places)s."),
    "decimal_max_digits": TOO_LARGE,
    "decimal_whole_digits": TOO_LARGE,
    "greater_than": because("Write more than %(gt)s."),
    "greater_than_equal": because("Write %(ge)s or more."),
    "less_than": because("Write less than %(lt)s."),
    "less_than_equal": because("Write %(le)s or less."),
    "string_too_short": because("Write no fewer characters than %(min_length)s."),
    "string_too_long": because("Write no more characters than %(max_length)s."),
    "string_pattern_mismatch": because("This is not written as it should be."),
    "url_parsing": ADDRESS,
    "url_scheme": ADDRESS,
    "enum": ONE_OF,
    "literal_error": ONE_OF,
    "uuid_parsing": ONE_OF,
    "bool_parsing": ONE_OF,
    "too_short": because("Choose no fewer than %(min_length)s."),
    "too_long": because("Choose no more than %(max_length)s."),
    "date_parsing": A_DAY,
    "date_from_datetime_parsing": A_DAY,
    "datetime_parsing": A_MOMENT,
    "datetime_from_date_parsing": A_MOMENT,
    "timezone_aware": A_MOMENT,
}


def fault_of(error: Mapping[str, Any]) -> str:
    """Say what an error of pydantic's (`type`, `msg`, `input`, `ctx`) asks of whoever reads the page.

    An error that no form of ours can have is told as pydantic tells it.
    """
    kind, facts = str(error["type"]), error.get("ctx") or {}
    if kind == "value_error":
        return worded(OWN_WORDS.sub("", str(error["msg"])))
    if kind == "missing" or error.get("input") in EMPTY:
        return told(FILL_IN)
    capitals = CAPITALS.fullmatch(str(facts.get("pattern")))
    if capitals:
        return told(Reason(IN_CAPITALS.text, capitals.groupdict()))
    return told(Reason(WORDS[kind].text, facts)) if kind in WORDS else str(error["msg"])
