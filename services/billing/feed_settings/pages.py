"""Feeds as people see them: which systems take our batches, and how the books of each are set up."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.feed_settings import queries
from services.billing.feed_settings.actions import set_up_feed
from services.billing.feed_settings.api import FeedSettingsBody
from services.billing.feed_settings.model import DateFormat, Feed, Settings
from services.billing.permissions import Permission
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page
from shared.web import key_required

router = APIRouter(prefix="/feeds", route_class=PageRoute)


@router.get("")
async def feeds(
    request: Request, work: InWork, wanted: Annotated[str | None, Query(alias="legal_entity", max_length=50)] = None
) -> Response:
    """Every system that batches are written for, and its newest settings."""
    currencies = await queries.functional_currencies(work)
    code = wanted or min(currencies, default="")
    made = await queries.set_up(work, code)
    return page(
        request,
        "billing/feed_settings/feeds.html",
        feeds=list(Feed),
        made=made,
        blank=Settings(currencies.get(code, "EUR")),
        choices=[(each, each) for each in sorted(currencies)],
        legal_entity=code,
        date_formats=[(each.value, each.value) for each in DateFormat],
        may_set_up=work.actor.may(Permission.KEEP_CHART),
    )


@router.post("", dependencies=[Depends(key_required)])
async def set_up(request: Request, work: InWork) -> Response:
    """Set up a feed; what was sealed before keeps the settings of its day."""
    form = await form_of(request, FeedSettingsBody)
    await set_up_feed(work, new_id(), legal_entity=form.legal_entity, feed=form.feed, settings=form.settings)
    return RedirectResponse(f"/billing/feeds?legal_entity={form.legal_entity}", 303)
