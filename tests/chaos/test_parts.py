"""The parts of a campaign that can be tried by themselves: its plan, its history, its wires."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from deploy.checker.history import History, Outcome
from shared.crash_points import POINTS
from tests.chaos.notebook import Notebook
from tests.chaos.plan import EVERY, QUICK, Plan, drawn, stream
from tests.chaos.proxy import Ends, Wire
from tests.support.processes import free_ports


def a_plan(seed: int, kinds: tuple[str, ...] = EVERY) -> Plan:
    return drawn(seed, 1, kinds, first_at=60, gap=(20, 50))


def test_a_seed_is_a_plan() -> None:
    assert a_plan(1) == a_plan(1)
    assert a_plan(1) != a_plan(2)


def test_more_kinds_of_fault_do_not_move_the_crash_points() -> None:
    assert a_plan(1, QUICK).arms == a_plan(1, EVERY).arms


def test_every_kind_comes_in_the_first_round_and_every_crash_point_is_armed() -> None:
    plan = a_plan(1)
    armed = {point.partition("@")[0] for points in plan.arms.values() for point in points}

    assert sorted(fault.kind for fault in plan.faults[: plan.must]) == sorted(EVERY)
    assert armed == POINTS


def test_an_operation_that_was_cut_off_is_of_unknown_outcome(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    notebook = Notebook(path)
    notebook.note(begun="1", tenant="a", trace="t", effect="won", key="x")
    notebook.note(ended="1", outcome=Outcome.OK)
    notebook.note(begun="2", tenant="a", trace="t", effect="won", key="y")
    notebook.close()
    path.write_text(path.read_text() + '{"ended": "2", "out')

    told = History.read(path)

    assert {name: operation.outcome for name, operation in told.operations.items()} == {
        "1": Outcome.OK,
        "2": Outcome.UNKNOWN,
    }


async def test_a_wire_passes_on_hangs_and_breaks() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(100):
            writer.write(said)
        writer.close()

    async def far() -> Ends:
        return await asyncio.open_connection("127.0.0.1", there)

    here, there = free_ports(2)
    async with await asyncio.start_server(echo, "127.0.0.1", there):
        wire = Wire(far, stream(1, "wire"))
        await wire.listen_on_port(here)
        reader, writer = await asyncio.open_connection("127.0.0.1", here)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"

        wire.go_wrong("half_open")
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(3), 0.2)
        wire.heal()
        assert await reader.readexactly(3) == b"two"

        wire.go_wrong("cut")
        assert await rest_of(reader) == b""
        later, other = await asyncio.open_connection("127.0.0.1", here)
        assert await rest_of(later) == b""
        other.close()
        writer.close()
        await wire.close()


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """What still comes before the connection ends, in order or not."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
