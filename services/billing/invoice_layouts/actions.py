"""Laying out the invoices of a legal entity."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

import typst

from services.billing.invoice_layouts import store
from services.billing.invoice_layouts.model import (
    Design,
    Grouping,
    InvoiceLayout,
    Look,
    Texts,
    check_accent,
    check_texts,
    check_wording,
)
from services.billing.invoice_layouts.model.logo import Logo, UnusableLogo, logo_of
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.legal_entities.model import Language
from services.billing.letters.actions import set_as_pdf
from services.billing.permissions import Permission
from shared.reasons import because
from shared.work import Work

ONLY_A_LOGO = Path(__file__).parent / "templates" / "logo.typ"


async def lay_out(
    work: Work,
    legal_entity_id: UUID,
    *,
    grouping: Grouping,
    wording: str,
    language: Language,
    design: Design,
    accent: str,
    texts: Mapping[Language, Texts],
) -> InvoiceLayout:
    """Let the lines of a legal entity's invoices be made like this from the next draft on, and look so when issued.

    Raises NoSuchLegalEntity, UnknownPlaceholder, UnknownInText, AccentTooLight.
    """
    work.actor.must(Permission.CONFIGURE)
    await legal_entity_of(work, legal_entity_id)
    check_wording(wording)
    check_texts(texts)
    check_accent(accent)
    layout = await layout_of(work, legal_entity_id)
    layout.grouping, layout.wording, layout.language = grouping, wording, language
    layout.design, layout.accent = design, accent
    layout.texts = {each.value: asdict(said) for each, said in texts.items()}
    await store.keep(work, layout)
    return layout


async def give_logo(work: Work, legal_entity_id: UUID, content: bytes) -> Logo:
    """Set a logo on the invoices of a legal entity. Raises NoSuchLegalEntity, LogoTooLarge, UnusableLogo."""
    work.actor.must(Permission.CONFIGURE)
    await legal_entity_of(work, legal_entity_id)
    logo = logo_of(content)
    await asyncio.to_thread(_set, logo)
    await store.keep_logo(work, legal_entity_id, logo)
    return logo


async def take_logo_away(work: Work, legal_entity_id: UUID) -> None:
    """Let the name of a legal entity stand in the place of its logo again. Raises NoSuchLegalEntity."""
    work.actor.must(Permission.CONFIGURE)
    await legal_entity_of(work, legal_entity_id)
    await store.forget_logo(work, legal_entity_id)


async def layout_of(work: Work, legal_entity_id: UUID) -> InvoiceLayout:
    """How the invoices of a legal entity read."""
    return await store.find(work, legal_entity_id) or InvoiceLayout(legal_entity_id)


async def look_of(work: Work, legal_entity_id: UUID, language: Language) -> Look:
    """How a document of a legal entity in a language looks."""
    layout, logo = await layout_of(work, legal_entity_id), await store.logo(work, legal_entity_id)
    return Look(layout.design, layout.accent, layout.texts_in(language), logo.svg if logo else "")


def _set(logo: Logo) -> None:
    """Try the logo on paper, so that no invoice fails because of it."""
    try:
        set_as_pdf(ONLY_A_LOGO, {"logo": logo.svg})
    except (RuntimeError, typst.TypstError) as error:
        raise UnusableLogo(because("It cannot be set on a page."), field="/files") from error
