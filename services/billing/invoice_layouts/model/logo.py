"""A logo: a PNG or an SVG that has nothing in it but its picture."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from xml.etree import ElementTree as xml

from shared.errors import Invalid, NotFound

MOST_BYTES = 500_000
MOST_PIXELS = 4000
MOST_PARTS = 5000
PNG_START = b"\x89PNG\r\n\x1a\n"
SVG = "{http://www.w3.org/2000/svg}"
# What draws, and nothing that loads, runs, links, animates, repeats or needs a font.
DRAWS = frozenset(
    "svg g defs title desc style path rect circle ellipse line polyline polygon linearGradient radialGradient stop "
    "clipPath mask".split()
)
# What stands in a value or in a style: other files, scripts, and escapes that could hide them.
REACHES_OUT = re.compile(r"url\(\s*['\"]?(?!#)|javascript:|data:|expression|@|\\", re.IGNORECASE)


class NoLogo(NotFound):
    """This legal entity has no logo.

    Give it one; until then its name stands in its place.
    """


class LogoTooLarge(Invalid):
    """This logo is too large.

    Give a PNG or SVG of at most 500 kB and 4000 pixels on each side.
    """


class UnusableLogo(Invalid):
    """This is neither a PNG nor an SVG that can be set on an invoice.

    Export the logo as PNG, or as plain SVG: paths and shapes only, text turned into paths, no pictures, scripts, links,
    or editor's data.
    """


class LogoKind(StrEnum):
    """What a logo is."""

    PNG = "png"
    SVG = "svg"


@dataclass(frozen=True)
class Logo:
    """A picture that was checked."""

    kind: LogoKind
    content: bytes

    @property
    def svg(self) -> str:
        """The picture as SVG, which a PNG is put into."""
        if self.kind is LogoKind.SVG:
            return self.content.decode()
        width, height = _size(self.content)
        picture = base64.b64encode(self.content).decode()
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
            f'<image width="{width}" height="{height}" href="data:image/png;base64,{picture}"/></svg>'
        )


def logo_of(content: bytes) -> Logo:
    """The logo in a file, judged by what is in it and not by its name. Raises LogoTooLarge, UnusableLogo."""
    if len(content) > MOST_BYTES:
        raise LogoTooLarge(field="/files")
    if content.startswith(PNG_START):
        if len(content) < 33 or content[12:16] != b"IHDR" or min(_size(content)) < 1:
            raise UnusableLogo(field="/files")
        if max(_size(content)) > MOST_PIXELS:
            raise LogoTooLarge(field="/files")
        return Logo(LogoKind.PNG, content)
    for wrong in _faults(content):
        raise UnusableLogo(wrong, field="/files")
    return Logo(LogoKind.SVG, content)


def _size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def _faults(content: bytes) -> Iterator[str]:
    """What is wrong with an SVG."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield "This is no PNG, and no text in UTF-8 either."
        return
    if re.search(r"<!|<\?(?!xml )", re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)):
        yield "It declares a document type or entities, or has instructions for other programs."
        return
    try:
        root = xml.fromstring(text)  # noqa: S314 - without a document type there are no entities
    except xml.ParseError as error:
        yield f"It cannot be read as SVG: {error}."
        return
    if root.tag != f"{SVG}svg":
        yield "It is no SVG."
    parts = list(root.iter())
    if len(parts) > MOST_PARTS:
        yield f"It has {len(parts)} parts, {MOST_PARTS} are allowed."
    for part in parts:
        yield from _faults_of(part)


def _faults_of(part: xml.Element) -> Iterator[str]:
    name = str(part.tag)
    if name.removeprefix(SVG) not in DRAWS or not name.startswith(SVG):
        yield f"It has a part {name.rpartition('}')[2]}."
    for key, value in part.attrib.items():
        plain = key.rpartition("}")[2].lower()
        if plain.startswith("on") or plain == "href" or REACHES_OUT.search(value):
            yield f"Its part {name.rpartition('}')[2]} has {plain}."
    if part.text and REACHES_OUT.search(part.text):
        yield f"Its part {name.rpartition('}')[2]} reaches out."
