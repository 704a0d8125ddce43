"""The files of a batch over HTTP: its sealed bytes, and what every system reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.billing.batches import queries
from services.billing.batches.model.batch import NoSuchBatch
from services.billing.batches.model.canonical import digest
from services.billing.batches.model.renderings.renderers import FeedNotSetUp, NoSuchPart, Renderer
from services.billing.batches.model.renderings.sealed import CannotRender
from shared.actor import NotPermitted
from shared.web import InWork, WorkRoute, refusals

router = APIRouter(tags=["ledger batches"], route_class=WorkRoute)


@router.get(
    "/ledger-batches/{batch_id}/canonical",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {}}}, **refusals(NotPermitted, NoSuchBatch)},
)
async def show_canonical(batch_id: UUID, work: InWork) -> Response:
    """The sealed bytes: one line of JSON per entry, the same for ever."""
    batch = await queries.sealed_bytes(work, batch_id)
    return Response(batch.canonical, media_type="application/x-ndjson", headers={"etag": f'"{batch.sha256}"'})


@router.get("/ledger-batches/{batch_id}/manifest", responses=refusals(NotPermitted, NoSuchBatch))
async def show_manifest(batch_id: UUID, work: InWork) -> Response:
    """The sealed manifest: counts, control totals, digests, the link to the batch before."""
    batch = await queries.sealed_bytes(work, batch_id)
    return Response(batch.manifest, media_type="application/json", headers={"etag": f'"{batch.manifest_sha256}"'})


@router.get(
    "/ledger-batches/{batch_id}/{renderer}",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {}, "text/csv": {}, "application/x-ndjson": {}}},
        **refusals(NotPermitted, NoSuchBatch, FeedNotSetUp, CannotRender, NoSuchPart),
    },
)
async def show_rendering(
    request: Request,
    batch_id: UUID,
    renderer: Renderer,
    work: InWork,
    *,
    part: Annotated[int, Query(ge=1, description="where it takes more files than one")] = 1,
    settings_version: Annotated[int | None, Query(ge=1, description="in force at sealing unless given")] = None,
) -> Response:
    """The batch in the form that another system reads, the same bytes at every call; `Link` names the next file."""
    found = await queries.rendering(work, batch_id, renderer, part=part, settings_version=settings_version)
    following = request.url.include_query_params(part=part + 1)
    return file_response(found, {"link": f'<{following}>; rel="next"'} if part < found.parts else {})


def file_response(found: queries.FileOfBatch, headers: Mapping[str, str]) -> Response:
    """A file of a batch as an answer; books are shown, everything else is saved."""
    shown = "inline" if found.file.media_type.startswith("text/plain") else "attachment"
    named = {"content-disposition": f'{shown}; filename="{found.file.name}"', "etag": f'"{digest(found.file.content)}"'}
    return Response(found.file.content, media_type=found.file.media_type, headers={**named, **headers})
