"""Reading lines from the bytes of a CSV file, piece by piece, so that a file of any length can be taken up anywhere."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.errors import Invalid
from shared.reasons import because

MARK = b"\xef\xbb\xbf"
OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = ",;\t"
LINES_IN_A_RECORD = 100
LONGEST_LINE = 8_000
PIECE = 1024 * 1024
"""Bytes that hold the longest record: LINES_IN_A_RECORD of LONGEST_LINE."""


class EmptyFile(Invalid):
    """The file is empty.

    Export it again, with a header in its first line.
    """


class LineTooLong(Invalid):
    """A line of the file has more than 8,000 bytes.

    Shorten it: such a long line is most often a sign that the line ends are missing.
    """


class OtherEncoding(Invalid):
    """The file is not UTF-8.

    Save it as "CSV UTF-8" and send it again.
    """


@dataclass(frozen=True)
class Opening:
    """How a file begins: its columns, what separates them, and the byte and line at which the first record starts."""

    header: list[str]
    delimiter: str
    offset: int
    line: int


@dataclass(frozen=True)
class RawLine:
    """One record as it stands in the file from line `line` on: its cells, or what keeps it from being read."""

    line: int
    cells: list[str]
    fault: str | None = None


@dataclass(frozen=True)
class Slice:
    """Some records in order, and the byte and line at which the next one starts."""

    records: list[RawLine]
    offset: int
    line: int


def open_csv(content: bytes) -> Opening:
    """Read the header; the separator is the one of comma, semicolon and tab that the header has most of."""
    if content.startswith(OTHER_ENCODINGS):
        raise OtherEncoding(field="/files")
    start = len(MARK) if content.startswith(MARK) else 0
    first = content[start:].split(b"\n", 1)[0]
    if not first.strip():
        raise EmptyFile(field="/files")
    try:
        text = first.decode()
    except UnicodeDecodeError as error:
        raise OtherEncoding(field="/files") from error
    for number, one in enumerate(content.split(b"\n"), start=1):
        if len(one) > LONGEST_LINE:
            raise LineTooLong(
                because("Line %(number)s of the file has %(count)s bytes.", number=number, count=len(one)),
                field="/files",
            )
    delimiter = max(DELIMITERS, key=text.count)
    (header,) = csv.reader([text.rstrip("\r")], delimiter=delimiter)
    return Opening([name.strip() for name in header], delimiter, start + len(first) + 1, 2)


def read_slice(
    piece: bytes, *, offset: int, line: int, delimiter: str, width: int, is_last: bool, at_most: int
) -> Slice:
    """Read up to `at_most` whole records from `piece`, which starts at `offset` of the file and at `line`.

    A record that `piece` cuts off is left for the next one, unless it `is_last`. Blank lines are no records.
    """
    records: list[RawLine] = []
    physical = list(_split(piece))
    position = 0
    while position < len(physical) and len(records) < at_most:
        count = _lines_of_record(physical, position, is_last)
        if count is None:
            break
        raw = b"".join(physical[position : position + count])
        record = _record(raw, line, delimiter, width)
        if record.fault and count > 1:
            # A stray quote must not swallow the neighbours: the first line alone is at fault.
            count, raw = 1, physical[position]
            record = _record(raw, line, delimiter, width)
        if raw.strip():
            records.append(record)
        offset, line, position = offset + len(raw), line + count, position + count
    return Slice(records, offset, line)


def _split(piece: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(piece):
        end = piece.find(b"\n", start) + 1 or len(piece)
        yield piece[start:end]
        start = end


def _lines_of_record(physical: Sequence[bytes], position: int, is_last: bool) -> int | None:
    """How many lines the record has: more than one while a quote is open; none if the piece cuts it off."""
    quotes = 0
    for count, text in enumerate(physical[position : position + LINES_IN_A_RECORD], start=1):
        quotes += text.count(b'"')
        is_whole = text.endswith(b"\n") or (is_last and position + count == len(physical))
        if quotes % 2 == 0 and is_whole:
            return count
    is_cut_off = len(physical) - position < LINES_IN_A_RECORD and not is_last
    return None if is_cut_off else 1


def _record(raw: bytes, line: int, delimiter: str, width: int) -> RawLine:
    text = raw.decode(errors="surrogateescape").removesuffix("\n").removesuffix("\r")
    try:
        (cells,) = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return RawLine(line, [text], "The quotes of this line are not closed, or stand in a cell.")
    if any("\udc80" <= letter <= "\udcff" for letter in text):
        printable = [cell.encode(errors="surrogateescape").decode(errors="replace") for cell in cells]
        return RawLine(line, printable, "The line has bytes that are not UTF-8.")
    if "\x00" in text:
        return RawLine(line, [cell.replace("\x00", "\ufffd") for cell in cells], "The line has a zero byte.")
    if len(cells) != width:
        return RawLine(line, cells, f"The line has {len(cells)} cells, the header names {width} columns.")
    return RawLine(line, [cell.strip() for cell in cells])
