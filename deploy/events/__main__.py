"""`make events` writes down the contracts; `make released version=1.2.3` notes what of them went out with a tag."""

from __future__ import annotations

import sys

from deploy.events.files import contract_of, events, files, leftovers
from deploy.events.releases import record


def main() -> None:
    """Do what the command line says."""
    match sys.argv[1:]:
        case []:
            write()
        case ["released", version]:
            record(version, [contract_of(event) for event in events()])
            write()
        case _:
            raise SystemExit("usage: python -m deploy.events [released VERSION]")


def write() -> None:
    """Write every file anew and take away what nothing says any more."""
    for path in leftovers():
        path.unlink()
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    print(f"{len(events())} events written down in contracts/ and docs/events.md")


if __name__ == "__main__":
    main()
