"""From a template and its facts to an answer that a browser shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from shared import telemetry
from shared.ui import assets, words
from shared.ui.formats import FILTERS
from shared.ui.listing import Listing, Of, reader
from shared.ui.reader import current_reader, reader_of, reading

OWN = Path(__file__).parent / "templates"
SERVICES = Path(__file__).parents[2] / "services"
# Nothing leaves the origin and nothing runs that is written into a page; dragging and charts set styles of elements.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FEATURE_DEPTH = 3  # service / feature / file


def page(
    request: Request, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **facts: Any
) -> Response:
    """The answer that shows `template` with `facts`, in the reader's language; a listing among them that is asked for
    as a file is the answer by itself. Raises TooManyRows.

    `template` is the path of one of our own, such as `base.html`, or `service/feature/file.html`, which lies in
    `services/<service>/<feature>/templates/`. It may serve a whole page or a fragment of one. Besides `facts` it sees
    `request`, `shell` (what the frame round the page shows, set as `request.state.shell`), and `ui` (the components).
    """
    with reading(reader_of(request)):
        for fact in facts.values():
            if isinstance(fact, Listing) and fact.kind:
                return fact.file(fact.kind)
        body = (
            environment()
            .get_template(template)
            .render(request=request, shell=getattr(request.state, "shell", None), **facts)
        )
    return HTMLResponse(body, status, {"content-security-policy": POLICY, **(headers or {})})


def said(template: str, name: str, of: Of) -> Callable[[Any], str | None]:
    """For a column: `of` as pages call it, in the words of the macro or the mapping `name` of `template`."""
    read = reader(of)

    @cache
    def in_words(value: Any) -> str:
        words = getattr(environment().get_template(template).make_module(), name)
        return Markup(words(value) if callable(words) else words[value]).striptags()  # noqa: S704  # our own text

    return lambda row: None if (value := read(row)) is None else in_words(value)


@cache
def environment() -> Environment:
    """The templates of the design system and of every feature; what is misspelt in one of them fails."""
    loader: BaseLoader = ChoiceLoader([FileSystemLoader(OWN), FunctionLoader(_of_feature)])
    templates = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    templates.globals.update(_=_said, ngettext=_counted, as_said_by=words.gettext)
    templates.filters.update(FILTERS, attributes=_attributes)
    components = SimpleNamespace(icon=_icon)
    templates.globals.update(
        asset=assets.address, ui=components, reader=current_reader, trace_id=telemetry.current_trace_id
    )
    for path in sorted((OWN / "ui").glob("*.html")):
        offered = templates.get_template(f"ui/{path.name}").module
        vars(components).update({name: macro for name, macro in vars(offered).items() if not name.startswith("_")})
    return templates


def _of_feature(name: str) -> tuple[str, str, Any] | None:
    """The source of `service/feature/file.html`, read anew when it has changed."""
    parts = name.split("/")
    if len(parts) != FEATURE_DEPTH or ".." in parts:
        return None
    service, feature, file = parts
    path = SERVICES / service / feature / "templates" / file
    if not path.is_file():
        return None
    read_at = path.stat().st_mtime
    return path.read_text(), str(path), lambda: path.stat().st_mtime == read_at


def _attributes(values: Mapping[str, Any]) -> Markup:
    """`values` as attributes: `hx_post` is written `hx-post`, True stands bare, None and False are left out."""
    written = (
        f" {escape(name.replace('_', '-'))}" + ("" if value is True else f'="{escape(value)}"')
        for name, value in values.items()
        if value is not None and value is not False
    )
    return Markup("".join(written))  # noqa: S704  # escaped one by one: formatting markup takes four times as long


def _said(text: str, /, **facts: Any) -> Markup:
    """`text` in the reader's language with `facts` in it, escaped."""
    if facts:
        return Markup(words.gettext(text)) % facts  # noqa: S704  # our own text
    reader = current_reader()
    return _said_plainly(text, reader.language, reader.service)


def _counted(one: str, many: str, number: int, /, **facts: Any) -> Markup:
    """`one` or `many`, which may name `number` as `num`, in the reader's language with `facts` in it, escaped."""
    return Markup(words.ngettext(one, many, number)) % {"num": number, **facts}  # noqa: S704  # our own text


@lru_cache(maxsize=4096)
def _said_plainly(text: str, language: str, service: str) -> Markup:
    """Every page says some hundred texts without facts, the same ones each time."""
    return Markup(words.gettext(text, service)) % {}  # noqa: S704  # our own text


@lru_cache(maxsize=1024)
def _icon(name: str, label: str | None = None) -> Markup:
    """The Tabler icon `name`; with a `label` it speaks, without one it is decoration."""
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" '
        'stroke-linejoin="round" {}>{}</svg>'
    ).format(spoken, Markup(assets.icon(name)))  # noqa: S704  # drawn by our own build
