"""What every rendering is made of: a sealed batch read from its bytes, files as they are handed over, and refusals."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from services.billing.batches.model.canonical import BatchedEntry, BatchedLine, read_canonical
from services.billing.feed_settings.model import Settings
from shared.errors import Conflict
from shared.money import plain

CUT = "…"
DIGITS_OF_JSON = 15  # what a reader who takes numbers for binary fractions still reads exactly
Row = Sequence[str]


class CannotRender(Conflict):
    """This system's format cannot take this batch as it is.

    Take the batch in another format; mend what the message names, for the batches to come.
    """


@dataclass(frozen=True)
class Sealed:
    """A sealed batch as its manifest and canonical lines tell it."""

    number: int
    legal_entity: str
    period_starts_on: date
    currency: str
    sealed_at: datetime
    entries: tuple[BatchedEntry, ...]

    def in_own_currency(self) -> Sealed:
        """The same without lines that are nought in the batch's currency: exchange differences of our own books."""
        entries = (replace(entry, lines=tuple(line for line in entry.lines if line.amount)) for entry in self.entries)
        return replace(self, entries=tuple(entry for entry in entries if entry.lines))

    def document(self, entry: BatchedEntry) -> str:
        """The number under which another system's books name `entry`: batch and place in it, for example TL-7-12."""
        return f"TL-{self.number}-{entry.number}"


@dataclass(frozen=True)
class RenderedFile:
    """A file for another system, byte for byte."""

    name: str
    media_type: str
    content: bytes


def read_batch(manifest: bytes, content: bytes) -> Sealed:
    """The batch that these bytes were sealed as."""
    said = json.loads(manifest)
    return Sealed(
        number=said["number"],
        legal_entity=said["legal_entity"],
        period_starts_on=date.fromisoformat(f"{said['period']}-01"),
        currency=said["currency"],
        sealed_at=datetime.fromisoformat(said["sealed_at"]),
        entries=tuple(read_canonical(content)),
    )


def must_be_in_books_currency(batch: Sealed, settings: Settings, system: str) -> None:
    """Refuse a batch in another currency than the books of a system that would need a rate for it."""
    if batch.currency != settings.currency:
        raise CannotRender(
            f"{system} keeps these books in {settings.currency}, and the batch is in {batch.currency}."
            " Post it by hand, or choose a form that carries both amounts, such as hledger."
        )


def must_say_both(batch: Sealed, settings: Settings, system: str) -> None:
    """Refuse a batch that does not say what it is in the currency of a system's books."""
    if any(settings.currency not in (entry.currency, entry.functional_currency) for entry in batch.entries):
        raise CannotRender(
            f"{system} keeps these books in {settings.currency}, and the batch is in {batch.currency}"
            " and does not say what it is in that."
        )


def account_of(line: BatchedLine, *, most: int, system: str) -> str:
    """The account in the system's books; refuses one that is too long for it."""
    if len(line.erp_account) > most:
        raise CannotRender(
            f"{system} takes account codes of at most {most} characters; {line.account} {line.account_name}"
            f" is mapped to {line.erp_account}."
        )
    return line.erp_account


def amount_of(line: BatchedLine, *, digits: int, system: str) -> str:
    """The amount without its sign, two digits behind the point; refuses what has more digits than the system takes."""
    text = plain(abs(line.amount))
    whole, fraction = text.split(".")
    if len(whole) > digits or len(fraction) > 2:
        raise CannotRender(
            f"{system} takes amounts of at most {digits} digits and 2 decimals; account {line.account} has {text}."
        )
    return text


def number_of(amount: Decimal, system: str) -> float:
    """The amount as a number in JSON; refuses what its reader might round."""
    text = plain(amount)
    if len(text.strip("-").replace(".", "").lstrip("0")) > DIGITS_OF_JSON:
        raise CannotRender(f"{system} takes amounts as numbers of at most {DIGITS_OF_JSON} digits, not {text}.")
    return float(text)


def cut(text: str, most: int) -> str:
    """`text` on one line, and if it is longer than `most` characters, its beginning and a mark that it goes on."""
    whole = one_line(text)
    return whole if len(whole) <= most else whole[: most - 1].rstrip() + CUT


def one_line(text: str, *, forbidden: str = "") -> str:
    """`text` without breaks, signs that nobody sees and those that are `forbidden`."""
    plain_text = "".join(" " if sign in forbidden or not sign.isprintable() else sign for sign in text)
    return " ".join(plain_text.split())


def in_parts(batch: Sealed, rows_of: Callable[[BatchedEntry], list[Row]], *, most: int, system: str) -> list[list[Row]]:
    """The rows of all entries in files of at most `most` rows each; an entry is never split over two of them."""
    parts: list[list[Row]] = [[]]
    for entry in batch.entries:
        rows = rows_of(entry)
        if len(rows) > most:
            raise CannotRender(f"{system} takes {most} rows in a file; entry {entry.number} alone has {len(rows)}.")
        if len(parts[-1]) + len(rows) > most:
            parts.append([])
        parts[-1] += rows
    return parts


def as_csv(headings: Row, rows: Iterable[Row]) -> bytes:
    """Rows with commas between the fields, quoted where they must be, in UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode()


def as_json_line(key: str, body: object) -> bytes:
    """One request to an API: its body, and the key that keeps it from being done twice."""
    return json.dumps({"key": key, "body": body}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
