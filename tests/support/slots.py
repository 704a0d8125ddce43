"""A directory per test process that nobody else uses, cleared of what a killed run left there."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


def base() -> Path:
    """The directory of all tests of this person."""
    directory = Path(tempfile.gettempdir()) / f"throughline-tests-{os.geteuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory


@contextmanager
def slot(kind: str) -> Iterator[Path]:
    """Hold the first free directory of `kind`; a killed run's lock is free, so its servers are found again."""
    for number in count():
        directory = base() / f"{kind}-{number}"
        with (base() / f"{kind}-{number}.lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield directory
            return
