"""Saying what stands in the e-mails that bring documents."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from services.billing.hand_overs import store
from services.billing.hand_overs.model.texts import MailTexts, Texts, check_texts
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.permissions import Permission
from shared.work import Work


async def word_mails(work: Work, legal_entity_id: UUID, texts: Texts) -> MailTexts:
    """Let the e-mails of a legal entity say this from now on.

    Raises NoSuchLegalEntity, UnknownInMail, SubjectSaysNotWhich.
    """
    work.actor.must(Permission.CONFIGURE)
    await legal_entity_of(work, legal_entity_id)
    check_texts(texts)
    kept = await store.texts_of(work, legal_entity_id)
    kept.texts = {
        language.value: {kind.value: asdict(said) for kind, said in by_kind.items()}
        for language, by_kind in texts.items()
    }
    await store.keep(work, kept)
    return kept
