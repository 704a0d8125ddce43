"""How the invoices of a legal entity look: layout, colour, texts and a logo that can do nothing but be looked at."""

from __future__ import annotations

import io
import json
import struct
import zlib
from dataclasses import replace
from typing import Any

import facturx  # type: ignore[import-untyped]
import pytest
from pypdf import PdfReader

from services.billing.invoice_layouts.model import Design, Look, Texts
from services.billing.invoice_layouts.model.logo import MOST_BYTES, LogoKind, LogoTooLarge, UnusableLogo, logo_of
from services.billing.invoices.actions.document import TEMPLATE, render, written
from services.billing.invoices.actions.files import files_of
from services.billing.invoices.model import FileKind
from services.billing.letters.actions import set_as_pdf
from shared.actor import Role
from tests.billing.invoice_layouts.test_lines import laid_out, of_entity, worked
from tests.billing.invoices.test_document import a_document
from tests.support.api import code_of
from tests.support.billing import A_LOGO, CANARY, Billing, a_draft, a_logo, an_issued_invoice

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'


def a_png(width: int = 8, height: int = 4) -> bytes:
    """Make a picture of one colour, half seen through."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x12\x34\x56\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def svg(inside: str) -> bytes:
    """Put something into an SVG."""
    return f"{OPEN}{inside}</svg>".encode()


@pytest.mark.parametrize(("content", "kind"), [(a_png(), LogoKind.PNG), (A_LOGO.encode(), LogoKind.SVG)])
def test_a_picture_is_taken_for_what_is_in_it(content: bytes, kind: LogoKind) -> None:
    assert logo_of(content).kind is kind


@pytest.mark.parametrize(
    "content",
    [
        svg("<script>alert(1)</script>"),
        svg('<path d="M0 0h1" onclick="alert(1)"/>'),
        svg('<a href="https://example.com"><path d="M0 0h1"/></a>'),
        svg('<image href="https://example.com/a.png"/>'),
        svg('<use href="#a"/>'),
        svg("<foreignObject><p>Hello</p></foreignObject>"),
        svg("<animate/>"),
        svg('<path d="M0 0h1" fill="url(https://example.com/a.svg#b)"/>'),
        svg('<path d="M0 0h1" style="fill:url( &quot;//example.com&quot; )"/>'),
        svg("<style>@import 'https://example.com/a.css';</style>"),
        svg("<style>path { fill: u\\72l(https://example.com) }</style>"),
        svg('<title>x</title><path xmlns:x="http://www.w3.org/1999/xlink" x:href="file:///etc/passwd"/>'),
        svg("<sodipodi xmlns='http://editor.example'/>"),
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg("&a;"),
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + svg("&b;"),
        b'<?xml-stylesheet href="https://example.com/a.css"?>' + svg(""),
        b"<html><body/></html>",
        b"<svg/>",
        b"",
        b"\xff\xd8\xff\xe0JFIF",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        A_LOGO.encode("utf-16"),
        svg("<path d='M0 0h1'>"),
        svg("<g/>" * 6000),
    ],
)
def test_what_could_do_more_than_be_looked_at_is_refused(content: bytes) -> None:
    with pytest.raises(UnusableLogo):
        logo_of(content)


@pytest.mark.parametrize(
    "inside",
    [
        '<!-- made by hand --><path d="M0 0h1" fill="#123456"/>',
        '<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><rect width="9" fill="url(#a)"/>',
        "<style>.a { fill: url(#b); stroke: none }</style><circle class='a' r='3'/>",
    ],
)
def test_plain_pictures_are_taken(inside: str) -> None:
    assert logo_of(svg(inside)).kind is LogoKind.SVG


@pytest.mark.parametrize("content", [b"x" * (MOST_BYTES + 1), a_png(4001, 1)])
def test_what_is_too_large_is_refused(content: bytes) -> None:
    with pytest.raises(LogoTooLarge):
        logo_of(content)


@pytest.mark.parametrize("design", Design)
@pytest.mark.parametrize("logo", [a_png(), A_LOGO.encode(), None])
async def test_every_look_is_valid_and_carries_the_data(design: Design, logo: bytes | None) -> None:
    texts = Texts("Dear {customer},", "Pay {gross} {currency} by {due_on} to {iban}: {number}", "HRB 1 · {contract}")
    look = Look(design, "#0f4c81", texts, logo_of(logo).svg if logo else "")
    document = replace(a_document(), look=look)

    pdf = (await files_of(document))[FileKind.PDF]

    name, _ = facturx.get_xml_from_pdf(io.BytesIO(pdf), check_xsd=True)
    printed = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert name == "factur-x.xml"
    for said in ("Dear Alpenglow AG,", "Pay 12,500.00 EUR by 30 April 2026", "INV-2026-00017", "HRB 1 · C-00001"):
        assert said in printed
    assert "{" not in printed
    assert (await render(document)) == (await render(document))


def test_what_was_written_into_a_text_is_not_filled_in_again() -> None:
    named = replace(a_document().customer, legal_name="{iban} $x #strong[y]")
    words = written(replace(a_document(), customer=named, look=Look(texts=Texts(opening="Dear {customer}"))))

    assert words["opening"] == "Dear {iban} $x #strong[y]"
    assert set_as_pdf(TEMPLATE, {"invoice": json.dumps(words)}).startswith(b"%PDF-")


async def test_an_invoice_goes_out_as_its_legal_entity_has_it(billing: Billing) -> None:
    german = {
        "opening": "Vielen Dank, {customer}.",
        "payment_terms": "Zahlbar {gross} bis {due_on}.",
        "footer": "HRB 1",
    }
    answer = await laid_out(billing, design="modern", accent="#0f4c81", language="de", texts={"de": german})
    [entity] = await billing.rows("legal_entities")
    await a_logo(billing, entity["id"], a_png())
    assert answer.is_success, answer.text
    assert answer.json()["texts"]["de"] == german

    invoice = await an_issued_invoice(billing, await worked(billing))

    pdf = (await billing.as_(Role.AUDITOR).get(f"/invoices/{invoice['id']}/pdf")).content
    reader = PdfReader(io.BytesIO(pdf))
    printed = reader.pages[0].extract_text()
    for said in (
        "Vielen Dank, Alpenglow AG.",
        "Zahlbar 416,50 bis 30. April 2026.",
        "HRB 1",
        "Rechnung INV-2026-00001",
    ):
        assert said in printed
    assert len(reader.pages[0].images) >= 1


@pytest.mark.parametrize(
    ("told", "code", "pointer"),
    [
        ({"texts": {"de": {"opening": "{salary}"}}}, "unknown_in_text", "#/body/texts/de/opening"),
        ({"texts": {"fr": {"footer": "{line}"}}}, "unknown_in_text", "#/body/texts/fr/footer"),
        ({"accent": "#ffee00"}, "accent_too_light", "#/body/accent"),
        ({"accent": "red"}, "invalid_request", "#/body/accent"),
        ({"texts": {"xx": {"footer": "a"}}}, "invalid_request", None),
        ({"design": "baroque"}, "invalid_request", "#/body/design"),
    ],
)
async def test_what_cannot_be_printed_is_refused(
    billing: Billing, told: dict[str, Any], code: str, pointer: str | None
) -> None:
    answer = await laid_out(billing, **told)

    assert (answer.status_code, code_of(answer)) == (422, code)
    assert pointer is None or answer.json()["errors"][0]["pointer"] == pointer
    assert await billing.rows("invoice_layouts") == []


async def test_a_logo_is_given_shown_and_taken_away(billing: Billing) -> None:
    place = (await of_entity(billing)).replace("layout", "logo")
    administrator = billing.as_(Role.ADMINISTRATOR)
    assert code_of(await administrator.get(place)) == "no_logo"

    await a_logo(billing, (await billing.rows("legal_entities"))[0]["id"])
    shown = await administrator.get(place)

    assert (shown.content.decode(), shown.headers["content-type"]) == (A_LOGO, "image/svg+xml")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert (await administrator.delete(place)).status_code == 204
    assert code_of(await administrator.get(place)) == "no_logo"


async def test_a_logo_that_cannot_be_set_is_refused_and_the_one_before_stays(billing: Billing) -> None:
    place = (await of_entity(billing)).replace("layout", "logo")
    administrator = billing.as_(Role.ADMINISTRATOR)
    await a_logo(billing, (await billing.rows("legal_entities"))[0]["id"])
    broken = a_png()[:-20]

    wrong = [await administrator.post(place, files=[("files", ("a", each))]) for each in (b"no", broken)]
    two = await administrator.post(place, files=[("files", ("a", a_png()))] * 2)

    assert [(one.status_code, code_of(one)) for one in (*wrong, two)] == [(422, "unusable_logo")] * 3
    assert (await administrator.get(place)).content.decode() == A_LOGO


@pytest.mark.parametrize("role", [Role.BILLING_CLERK, Role.AUDITOR, Role.CONSULTANT])
async def test_only_who_configures_gives_a_logo(billing: Billing, role: Role) -> None:
    place = (await of_entity(billing)).replace("layout", "logo")

    answers = [
        await billing.as_(role).post(place, files=[("files", ("a", a_png()))]),
        await billing.as_(role).delete(place),
    ]

    assert [code_of(answer) for answer in answers] == ["not_permitted"] * 2
    assert await billing.rows("invoice_logos") == []


async def test_the_logo_of_another_firm_is_not_found(billing: Billing) -> None:
    place = (await of_entity(billing)).replace("layout", "logo")
    stranger = billing.as_(Role.ADMINISTRATOR, tenant=CANARY)

    answers = [
        await stranger.post(place, files=[("files", ("a", a_png()))]),
        await stranger.get(place),
        await stranger.delete(place),
    ]

    assert [code_of(answer) for answer in answers] == ["no_such_legal_entity"] * 3


async def test_a_draft_is_shown_in_its_look(billing: Billing) -> None:
    await laid_out(billing, texts={"en": {"opening": "For {customer}"}})
    draft = await a_draft(billing, await worked(billing))

    pdf = (await billing.as_(Role.BILLING_CLERK).get(f"/invoices/{draft['id']}/preview")).content

    assert "For Alpenglow AG" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
