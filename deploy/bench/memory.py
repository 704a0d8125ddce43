"""How much memory work takes: of this process, and of whichever of PostgreSQL's takes most."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

LOOK_AGAIN_SECONDS = 0.05
MEBIBYTE = 2**20


@dataclass
class Memory:
    """In MiB what this process had at first and at most, and what one backend of PostgreSQL had for itself at most."""

    at_first: float
    most: float
    most_of_a_backend: float = 0

    @property
    def figures(self) -> dict[str, float]:
        """As the bench keeps them."""
        return {
            "memory_at_first_mib": self.at_first,
            "memory_most_mib": self.most,
            "backend_memory_most_mib": self.most_of_a_backend,
        }


@contextmanager
def watched(postgres: psutil.Process) -> Iterator[Memory]:
    """The memory that is taken until the block ends, looked at twenty times a second."""
    own = psutil.Process()
    first = own.memory_info().rss / MEBIBYTE
    memory, over = Memory(first, first), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_AGAIN_SECONDS):
            memory.most = max(memory.most, own.memory_info().rss / MEBIBYTE)
            memory.most_of_a_backend = max(memory.most_of_a_backend, *_backends(postgres), 0)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield memory
    finally:
        over.set()
        looking.join()


def _backends(postgres: psutil.Process) -> Iterator[float]:
    """What each process of the server has for itself, without the buffers that all of them share."""
    for process in postgres.children():
        with suppress(psutil.NoSuchProcess):
            memory = process.memory_info()
            yield (memory.rss - memory.shared) / MEBIBYTE
