"""Entering time: one entry per call and a hundred, the whole product beside the floors."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psutil

from deploy.bench.load import Load, drive, request
from deploy.bench.servers import Running, application, free_port, program, spent
from deploy.bench.setting import Issuer, Worksite
from shared.actor import Role
from shared.ids import new_id

CONNECTIONS = 32
SECONDS, WARM_UP = 3.0, 1.0
ROUNDS = 3
MANY = 100
PATH = "/time-entries"
PRODUCT_PATH = "/api/v1/time-entries"
Requests = Iterator[bytes]


class Entering:
    """The figures of one subject after another: rate, latencies, processor time per request."""

    def __init__(self, postgres: psutil.Process, worksite: Worksite, issuer: Issuer) -> None:
        self._postgres = postgres
        self._site = worksite
        self._tokens = [issuer.token(subject, Role.CONSULTANT) for subject in worksite.subjects]

    async def one_by_one(self, floor_url: str, product_env: dict[str, str]) -> dict[str, Any]:
        """PUT of one entry: FastAPI alone, raw asyncpg, the product; three rounds in turn, medians."""
        floor = lambda: self._single(PATH)  # noqa: E731
        product = lambda: self._single(PRODUCT_PATH)  # noqa: E731
        return await _rounds(
            {
                "fastapi_without_database": (_floor("validated", {}), floor),
                "raw_asyncpg": (_floor("raw", {"FLOOR_URL": floor_url}), floor),
                "product": (_product(product_env), product),
            },
            self._measure,
        )

    async def by_the_hundred(self, floor_url: str, product_env: dict[str, str]) -> dict[str, Any]:
        """POST of a hundred entries: raw asyncpg, the product."""
        return await _rounds(
            {
                "raw_asyncpg": (_floor("raw", {"FLOOR_URL": floor_url}), lambda: self._hundred(PATH)),
                "product": (_product(product_env), lambda: self._hundred(PRODUCT_PATH)),
            },
            self._measure,
        )

    async def traced(self, product_env: dict[str, str]) -> dict[str, Any]:
        """PUT of one entry with no trace recorded, a tenth, all of them."""
        subjects = {}
        for name, ratio in (("off", "0"), ("tenth", "0.1"), ("all", "1")):
            env = {**product_env, "TRACE_RATIO": ratio}
            subjects[name] = (_product(env), lambda: self._single(PRODUCT_PATH))
        return await _rounds(subjects, self._measure)

    async def _measure(self, running: Running, requests: Requests) -> dict[str, float]:
        await drive(running.port, requests, connections=CONNECTIONS, seconds=WARM_UP)
        application_before, database_before = spent(running.process), spent(self._postgres)
        load = await drive(running.port, requests, connections=CONNECTIONS, seconds=SECONDS)
        application_cpu = (spent(running.process) - application_before) / load.requests * 1e6
        database_cpu = (spent(self._postgres) - database_before) / load.requests * 1e6
        return _figures(load, application_cpu, database_cpu)

    def _single(self, path: str) -> Requests:
        for number in itertools.count():
            body = {"task_id": str(self._site.task_id), "day": self._day(number), "minutes": 1, "note": "bench"}
            yield request("PUT", f"{path}/{new_id()}", json.dumps(body).encode(), self._token(number))

    def _hundred(self, path: str) -> Requests:
        for number in itertools.count():
            entries = [
                {
                    "id": str(new_id()),
                    "task_id": str(self._site.task_id),
                    "day": self._site.day(number * 7 + each % 7),
                    "minutes": 1,
                    "note": "bench",
                }
                for each in range(MANY)
            ]
            yield request("POST", path, json.dumps({"entries": entries}).encode(), self._token(number))

    def _token(self, number: int) -> str:
        return self._tokens[number % len(self._tokens)]

    def _day(self, number: int) -> str:
        return self._site.day(number // len(self._tokens))


def _figures(load: Load, application: float, database: float) -> dict[str, float]:
    return {
        "per_second": load.rate,
        "p50_ms": load.p50,
        "p99_ms": load.p99,
        "application_cpu_us": application,
        "database_cpu_us": database,
    }


async def _rounds(
    subjects: dict[str, tuple[Callable[[], AbstractContextManager[Running]], Callable[[], Requests]]],
    measure: Callable[[Running, Requests], Any],
) -> dict[str, Any]:
    """Each subject in turn, round after round, so that a drift of the machine meets all of them; medians."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, (start, requests) in subjects.items():
            with start() as running:
                found[name].append(await measure(running, requests()))
    return {name: _median(rounds) for name, rounds in found.items()}


def _median(rounds: list[dict[str, float]]) -> dict[str, float]:
    middle = len(rounds) // 2
    return {figure: sorted(each[figure] for each in rounds)[middle] for figure in rounds[0]}


def _floor(name: str, env: dict[str, str]) -> Callable[[], AbstractContextManager[Running]]:
    return lambda: application(name, free_port(), env)


def _product(env: dict[str, str]) -> Callable[[], AbstractContextManager[Running]]:
    def start() -> AbstractContextManager[Running]:
        port = free_port()
        return program("deploy.bench.product", port=port, env={**env, "PORT": str(port)})

    return start
