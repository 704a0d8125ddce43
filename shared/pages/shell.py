"""What the frame round every page shows: who is there, where they can go, and what their forms must carry."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from shared.actor import TRAIL_READERS
from shared.auth import Claims
from shared.pages.navigation import Link, groups_for, services


@dataclass(frozen=True)
class Shell:
    """The frame of one page of `service`, for one person."""

    service: str
    path: str
    subject: str
    name: str
    tenant_name: str
    form_token: str
    groups: dict[str, list[Link]]
    services: tuple[str, ...]
    """All services, which the browser asks for what each of them knows."""
    sees_history: bool = False
    """Whether the audit trail of a record is open to whoever is here."""

    def is_at(self, link: Link) -> bool:
        """Whether the page is the one that `link` leads to, or one below it and below no nearer one."""
        areas = [one.path for links in self.groups.values() for one in links if _is_within(self.path, one.path)]
        return link.path == max(areas, key=len, default=None)

    def along(self, *steps: tuple[str | None, str]) -> list[tuple[str, str]]:
        """Those of `steps` along the thread, each a label and an address, whose pages whoever is here may open."""
        areas = [link.path for links in self.groups.values() for link in links]
        return [
            (label, href)
            for label, href in steps
            if label and any(_is_within(href.partition("?")[0], area) for area in areas)
        ]

    @classmethod
    def of(cls, request: Request, claims: Claims, form_token: str) -> Shell:
        """The frame for whoever `claims` are about."""
        return cls(
            service=request.app.state.service_name,
            path=request.url.path,
            subject=claims.subject,
            name=claims.name or claims.subject,
            tenant_name=claims.tenant_name,
            form_token=form_token,
            groups=groups_for(claims.roles),
            services=services(),
            sees_history=bool(TRAIL_READERS & claims.roles),
        )


def _is_within(path: str, area: str) -> bool:
    return path == area or path.startswith(f"{area}/")
