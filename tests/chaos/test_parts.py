"""The parts of a campaign that can be tried by themselves: its plan, its history, its wires."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from deploy.checker.check import Report
from deploy.checker.history import History
from deploy.checker.history import Outcome as Ended
from deploy.checker.invariants import INVARIANTS
from shared.crash_points import POINTS
from tests.chaos.adversary import Adversary
from tests.chaos.campaign import Outcome
from tests.chaos.client import Answers
from tests.chaos.fleet import Fleet, Realised
from tests.chaos.notebook import Notebook
from tests.chaos.plan import EVERY, QUICK, Plan, drawn, stream
from tests.chaos.proxy import Ends, Wire
from tests.chaos.verdict import DUPLICATED, LOST, UNEXPECTED, VOID, judged
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
    notebook.note(ended="1", outcome=Ended.OK)
    notebook.note(begun="2", tenant="a", trace="t", effect="won", key="y")
    notebook.close()
    path.write_text(path.read_text() + '{"ended": "2", "out')

    told = History.read(path)

    assert {name: operation.outcome for name, operation in told.operations.items()} == {
        "1": Ended.OK,
        "2": Ended.UNKNOWN,
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


def test_a_fault_that_nobody_felt_did_not_come_to_pass(tmp_path: Path) -> None:
    outcome = an_outcome(tmp_path, kinds=("broker_partition", "clock", "kill"))
    outcome.realised.note(kind="broker_partition", happened=False, evidence="0 connections felt it")
    outcome.realised.note(kind="clock", happened=False, evidence="the service told no time")
    outcome.realised.note(kind="kill", status=-9)

    verdict = judged(outcome, {"disk_full": "no right to mount a small disk"})

    assert verdict.exit_code == VOID
    assert {"broker_partition came to pass", "clock came to pass"} <= set(verdict.missed)
    assert "kill came to pass" not in verdict.missed
    assert verdict.figures["faults"] == {"broker_partition": 0, "clock": 0, "kill": 1}
    assert verdict.figures["not_injected"] == {"disk_full": "no right to mount a small disk"}

    outcome.realised.note(kind="clock", happened=True, evidence="the service was +10 minutes off")
    assert "clock came to pass" not in judged(outcome).missed
    outcome.realised.close()
    outcome.notebook.close()


def test_the_figures_count_what_was_lost_what_is_there_twice_and_what_nobody_wanted(tmp_path: Path) -> None:
    outcome = an_outcome(tmp_path, kinds=("kill",))
    known = {each.name for each in INVARIANTS}
    outcome.take(Report(broken={name: ["a", "b"] for name in known}, recovered=7))

    figures = judged(outcome).figures
    outcome.realised.close()
    outcome.notebook.close()

    assert {*LOST, *DUPLICATED, *UNEXPECTED} <= known
    counted = [figures[name] for name in ("lost", "duplicated", "unexpected", "recovered")]
    assert counted == [2 * len(LOST), 2 * len(DUPLICATED), 2 * len(UNEXPECTED), 7]


def an_outcome(directory: Path, kinds: tuple[str, ...]) -> Outcome:
    """A campaign of which nothing is known yet."""
    plan, notebook, realised = a_plan(1, kinds), Notebook(directory / "history"), Realised(directory / "realised")
    fleet = Fleet(directory, {}, "", "", {}, stream(1, "fleet"), realised)
    return Outcome(plan, realised, notebook, Answers(), fleet, Adversary("", {}, stream(1, "adversary"), notebook))


@pytest.mark.parametrize("mode", ["half_open", "delay", "cut"])
async def test_whoever_comes_while_a_wire_is_wrong_feels_it(mode: str) -> None:
    (here,) = free_ports(1)

    async def far() -> Ends:
        raise OSError("nobody is there")

    wire = Wire(far, stream(1, "wire"))
    await wire.listen_on_port(here)
    wire.go_wrong(mode)
    assert wire.harmed == 0

    reader, writer = await asyncio.open_connection("127.0.0.1", here)
    assert await rest_of(reader) == b""
    writer.close()
    await wire.close()

    assert wire.harmed == 1


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """What still comes before the connection ends, in order or not."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
