"""Webhooks as people see them: who is told, the log of what they were told, and telling it again."""

from __future__ import annotations

import base64
import secrets
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.permissions import Permission
from services.billing.webhooks import actions, queries
from services.billing.webhooks.api import SecretBody, WebhookBody
from services.billing.webhooks.model.webhook import SECRET_PREFIX, Kind
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.web import key_required

router = APIRouter(prefix="/webhooks", route_class=PageRoute)
WORDS = "billing/webhooks/words.html"


@router.get("")
async def webhooks(request: Request, work: InWork, rows: Rows) -> Response:
    """Who is told, the latest first."""
    found = await queries.listed(work, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("url", _("Address")),
        Column("legal_entity", _("Legal entity"), lambda row: row.legal_entity or _("all")),
        Column("kinds", _("Told of"), said(WORDS, "several", lambda row: tuple(row.kinds))),
        Column("is_active", _("Status"), lambda row: _("Told") if row.is_active else _("Stopped")),
        Column("registered_at", _("Registered")),
    )
    return page(
        request,
        "billing/webhooks/webhooks.html",
        listing=Listing.of(request, "webhooks", columns, found.items, next=found.next),
        may_keep=work.actor.may(Permission.KEEP_WEBHOOKS),
        kinds=list(Kind),
        proposed=_a_secret(),
    )


@router.post("", dependencies=[Depends(key_required)])
async def register(request: Request, work: InWork) -> Response:
    """Have an address told, and show its log."""
    form = await form_of(request, WebhookBody)
    webhook = await actions.register_webhook(
        work,
        new_id(),
        url=form.url,
        secret=form.secret,
        legal_entity=form.legal_entity or None,
        kinds=form.kinds,
    )
    return _to(webhook.id)


@router.get("/{webhook_id}")
async def webhook(request: Request, webhook_id: UUID, work: InWork, rows: Rows) -> Response:
    """One webhook and the log of what it was told."""
    found = await queries.deliveries(work, webhook_id, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("created_at", _("When")),
        Column("kind", _("What"), said(WORDS, "words", "kind")),
        Column("state", _("Status"), said(WORDS, "mark", "state")),
        Column("attempts", _("Attempts"), number=True),
    )
    return page(
        request,
        "billing/webhooks/webhook.html",
        webhook=await queries.webhook(work, webhook_id),
        listing=Listing.of(request, "webhook-deliveries", columns, found.items, next=found.next),
        may_keep=work.actor.may(Permission.KEEP_WEBHOOKS),
        proposed=_a_secret(),
    )


@router.post("/{webhook_id}/secret", dependencies=[Depends(key_required)])
async def change_secret(request: Request, webhook_id: UUID, work: InWork) -> Response:
    """Sign with another secret."""
    form = await form_of(request, SecretBody)
    await actions.change_secret(work, webhook_id, form.secret)
    return _to(webhook_id)


@router.post("/{webhook_id}/stop", dependencies=[Depends(key_required)])
async def stop(webhook_id: UUID, work: InWork) -> Response:
    """Tell an address nothing any more."""
    await actions.switch_webhook(work, webhook_id, is_active=False)
    return _to(webhook_id)


@router.post("/{webhook_id}/start", dependencies=[Depends(key_required)])
async def start(webhook_id: UUID, work: InWork) -> Response:
    """Tell an address again."""
    await actions.switch_webhook(work, webhook_id, is_active=True)
    return _to(webhook_id)


@router.get("/deliveries/{delivery_id}")
async def delivery(request: Request, delivery_id: UUID, work: InWork) -> Response:
    """One delivery: exactly what is sent, and what came of each attempt."""
    found = await queries.delivery(work, delivery_id)
    return page(
        request,
        "billing/webhooks/delivery.html",
        delivery=found.delivery,
        body=found.body,
        attempts=found.attempts,
        webhook=await queries.webhook(work, found.delivery.webhook_id),
        may_keep=work.actor.may(Permission.KEEP_WEBHOOKS),
    )


@router.post("/deliveries/{delivery_id}/replay", dependencies=[Depends(key_required)])
async def replay(delivery_id: UUID, work: InWork) -> Response:
    """Send a delivery once more."""
    await actions.replay_delivery(work, delivery_id)
    return RedirectResponse(f"/billing/webhooks/deliveries/{delivery_id}", 303)


def _a_secret() -> str:
    """A secret that a person may take; nothing is kept of it until they do."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _to(webhook_id: UUID) -> Response:
    return RedirectResponse(f"/billing/webhooks/{webhook_id}", 303)
