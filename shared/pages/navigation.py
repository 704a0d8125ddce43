"""What the side of every page offers: the pages of all services that somebody's roles open.

Each service declares its entries beside its permissions. `make navigation` writes those of all services down with the
roles that they are for, so that a page of one service shows the way to the others without asking them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "navigation.json"
OPERATE = "Operate"  # the group that stands last: it is for few, and seldom


@dataclass(frozen=True)
class Entry:
    """One page that people start from: its `label` in English, `icon` by Tabler's name, what one must be allowed.

    Entries of one `group` stand together; `keys` is how the keyboard gets there, such as `g a`.
    """

    label: str
    path: str
    icon: str
    group: str
    needs: StrEnum
    keys: str = ""


@dataclass(frozen=True)
class Link:
    """An entry as it is shown, by `service`."""

    service: str
    label: str
    path: str
    icon: str
    group: str
    keys: str
    roles: frozenset[str]


@cache
def links(file: Path = FILE) -> tuple[Link, ...]:
    """All there are, in order."""
    return tuple(Link(**{**one, "roles": frozenset(one["roles"])}) for one in json.loads(file.read_text()))


def services() -> tuple[str, ...]:
    """The services that have pages, in order."""
    return tuple(dict.fromkeys(link.service for link in links()))


def groups_for(roles: Collection[str]) -> dict[str, list[Link]]:
    """What somebody with `roles` is offered, by group, in order."""
    offered: dict[str, list[Link]] = {}
    for link in links():
        if not link.roles.isdisjoint(roles):
            offered.setdefault(link.group, []).append(link)
    return dict(sorted(offered.items(), key=lambda group: group[0] == OPERATE))


def written(services: Mapping[str, tuple[tuple[Entry, ...], Mapping[str, Collection[str]]]]) -> str:
    """The file for services: of each its entries, and the permissions of each role."""
    found = [
        {
            "service": service,
            "label": entry.label,
            "path": entry.path,
            "icon": entry.icon,
            "group": entry.group,
            "keys": entry.keys,
            "roles": sorted(role for role, held in permissions.items() if entry.needs in held),
        }
        for service, (entries, permissions) in services.items()
        for entry in entries
    ]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
