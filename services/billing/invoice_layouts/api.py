"""Invoice layouts over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Response, UploadFile
from pydantic import Field

from services.billing.invoice_layouts import queries
from services.billing.invoice_layouts.actions import give_logo, lay_out, take_logo_away
from services.billing.invoice_layouts.model import (
    INK,
    WORDING,
    AccentTooLight,
    Design,
    Grouping,
    Texts,
    UnknownInText,
    UnknownPlaceholder,
)
from services.billing.invoice_layouts.model.logo import Logo, LogoKind, LogoTooLarge, NoLogo, UnusableLogo
from services.billing.legal_entities.model import Language, NoSuchLegalEntity
from services.billing.permissions import Permission
from shared.actor import NotPermitted
from shared.reasons import because
from shared.web import Body, InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/legal-entities", tags=["invoice layouts"], route_class=WorkRoute)

Wording = Annotated[str, Field(min_length=1, max_length=200)]


class TextsBody(Body):
    """What invoices say in one language, beside their fixed words.

    In each, {number}, {customer}, {contract}, {purchase_order}, {currency}, {gross}, {due_on} and {iban} are filled in.
    """

    opening: Annotated[str, Field(max_length=1000)] = ""
    payment_terms: Annotated[str, Field(max_length=1000)] = ""
    footer: Annotated[str, Field(max_length=300)] = ""


class LayoutBody(Body):
    """How invoices read, in which language where the customer has no other, and how they look.

    In the wording, {line}, {role}, {person}, {note}, {from}, {to}, {contract} and {purchase_order} are filled in.
    """

    grouping: Grouping = Grouping.ROLE
    wording: Wording = WORDING
    language: Language = Language.ENGLISH
    design: Design = Design.CLASSIC
    accent: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$", description="such as #1f2937")] = INK
    texts: dict[Language, TextsBody] = Field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As the action takes it."""
        texts = {language: Texts(**said.model_dump()) for language, said in self.texts.items()}
        return {**self.model_dump(exclude={"texts"}), "texts": texts}


class LayoutView(View):
    """How the invoices of a legal entity read."""

    legal_entity_id: UUID
    grouping: Grouping
    wording: str
    language: Language
    design: Design
    accent: str
    texts: dict[Language, TextsBody]


@router.post(
    "/{legal_entity_id}/invoice-layout",
    responses=refusals(NotPermitted, NoSuchLegalEntity, UnknownPlaceholder, UnknownInText, AccentTooLight),
)
async def put(legal_entity_id: UUID, body: LayoutBody, work: InWork) -> LayoutView:
    """Say how the invoices of a legal entity read and look: lines from the next draft on, the rest when issued."""
    layout = await lay_out(work, legal_entity_id, **body.told())
    return LayoutView.model_validate(layout)


@router.get("/{legal_entity_id}/invoice-layout", responses=refusals(NotPermitted, NoSuchLegalEntity))
async def show(legal_entity_id: UUID, work: InWork) -> LayoutView:
    """How the invoices of a legal entity read."""
    return LayoutView.model_validate((await queries.layout(work, legal_entity_id)).layout)


@router.post(
    "/{legal_entity_id}/invoice-logo",
    status_code=204,
    responses=refusals(NotPermitted, NoSuchLegalEntity, LogoTooLarge, UnusableLogo),
)
async def put_logo(
    legal_entity_id: UUID,
    files: Annotated[list[UploadFile], File(description="one file, PNG or SVG, at most 500 kB")],
    work: InWork,
) -> None:
    """Set a logo on the invoices of a legal entity: a PNG, or an SVG with nothing in it but its picture."""
    work.actor.must(Permission.CONFIGURE)
    if len(files) != 1:
        raise UnusableLogo(because("Send one file at a time."), field="/files")
    await give_logo(work, legal_entity_id, await files[0].read())


@router.delete("/{legal_entity_id}/invoice-logo", status_code=204, responses=refusals(NotPermitted, NoSuchLegalEntity))
async def delete_logo(legal_entity_id: UUID, work: InWork) -> None:
    """Let its name stand in the place of the logo again."""
    await take_logo_away(work, legal_entity_id)


@router.get(
    "/{legal_entity_id}/invoice-logo",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}, **refusals(NotPermitted, NoSuchLegalEntity, NoLogo)},
)
async def logo(legal_entity_id: UUID, work: InWork) -> Response:
    """The logo as it was given."""
    return as_picture(await queries.logo(work, legal_entity_id))


def as_picture(logo: Logo) -> Response:
    """A logo to be looked at and nothing else: no script in it would run, and it is taken for nothing but a picture."""
    media = {LogoKind.PNG: "image/png", LogoKind.SVG: "image/svg+xml"}[logo.kind]
    headers = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return Response(logo.content, media_type=media, headers=headers)
