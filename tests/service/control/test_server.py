"""Every client is answered or told why not; none of them holds up the others, or the daemon."""

import asyncio
import json
import select
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.conversation.history import MAX_CHARACTERS, MAX_EXCHANGES
from appliance.conversation.vocabulary import HistoryItem
from appliance.service.control.requests import MAX_LINE_BYTES
from appliance.service.control.server import MAX_CLIENTS
from appliance.service.control.waits import Waits
from tests.service.control.fake_controls import BUSY, STATUS, Daemon, Streams, daemon, raw_connection

MUTE = b'{"do":"mute"}\n'
STATUS_WANTED = b'{"do":"status"}\n'
# Long enough for a small, shared machine, short enough for a test.
SHORT_S = 0.2


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Daemon]:
    async with daemon(tmp_path) as started:
        yield started


def error(line: bytes) -> str:
    found = json.loads(line)
    assert found["ok"] is False
    assert found.keys() == {"ok", "error"}
    return str(found["error"])


async def assert_others_are_served(running: Daemon) -> None:
    async with asyncio.timeout(10):
        assert json.loads((await running.ask(STATUS_WANTED))[0])["ok"] is True


async def test_requests_of_one_client_are_answered_in_their_order(running: Daemon) -> None:
    replies = await running.ask(MUTE, b'{"do":"volume","percent":7}\n', b'{"do":"release","held":false}\n')
    assert [json.loads(reply) for reply in replies] == [
        {"ok": True},
        {"ok": True, "percent": 7},
        {"ok": True},
    ]
    assert running.controls.done == [("mute",), ("release", False)]


async def test_an_answer_comes_as_it_grows(running: Daemon) -> None:
    replies = await running.ask(b'{"do":"ask","text":"it is","spoken":false}\n')
    assert [json.loads(reply) for reply in replies] == [
        {"text": "it", "final": False},
        {"text": "it is", "final": False},
        {"ok": True, "text": "it is.", "final": True},
    ]
    assert running.controls.done == [("ask", "it is", False)]


@pytest.mark.parametrize("text", ["why", "it is why"])
async def test_a_refusal_is_the_last_line_also_in_mid_answer(running: Daemon, text: str) -> None:
    replies = await running.ask(json.dumps({"do": "ask", "text": text}).encode() + b"\n")
    assert error(replies[-1]) == BUSY
    assert running.controls.left.is_set()


async def test_an_answer_without_an_end_is_said_to_have_broken_off(running: Daemon) -> None:
    assert error((await running.ask(b'{"do":"ask","text":"it forget"}\n'))[-1]) == "The answer broke off."


async def test_garbage_gets_a_sentence_and_the_next_request_its_answer(running: Daemon) -> None:
    replies = await running.ask(b"hello\n", b"\n", b"\0\xff\xfe\n", b'{"do":"dance"}\n', MUTE)
    assert len(replies) == 5
    assert all(error(reply) for reply in replies[:4])
    assert json.loads(replies[4]) == {"ok": True}


async def test_half_a_line_is_not_obeyed(running: Daemon) -> None:
    assert error((await running.ask(MUTE.rstrip()))[0]) == "The request broke off: it has no line end."
    assert running.controls.done == []


async def test_a_megabyte_without_an_end_is_refused_and_dropped(running: Daemon) -> None:
    reader, writer = await running.connect()
    writer.write(b"x" * (1 << 20))
    reply = await reader.readline()
    assert error(reply) == f"A request has at most {MAX_LINE_BYTES} bytes, its line end included."
    assert await reader.read() == b""
    writer.close()
    await assert_others_are_served(running)


async def test_one_that_sends_without_end_is_dropped(tmp_path: Path) -> None:
    async with daemon(tmp_path, Waits(write_s=SHORT_S)) as running, asyncio.timeout(10):
        _, writer = await running.connect()
        with suppress(ConnectionError):
            while True:
                writer.write(b"x" * MAX_LINE_BYTES)
                await writer.drain()
        writer.close()
        await assert_others_are_served(running)


async def test_a_line_of_just_the_longest_length_is_read(running: Daemon) -> None:
    line = b"x" * (MAX_LINE_BYTES - 1) + b"\n"
    assert error((await running.ask(line))[0]).startswith("This is no line of JSON")
    assert error((await running.ask(b"x" + line))[0]).startswith("A request has at most")


async def test_one_that_goes_away_in_mid_answer_ends_the_answer(tmp_path: Path) -> None:
    async with daemon(tmp_path, Waits(look_s=0.01)) as running, asyncio.timeout(10):
        _, writer = await running.connect()
        writer.write(b'{"do":"ask","text":"it wait is"}\n')
        await running.controls.halted.wait()
        writer.close()
        await running.controls.left.wait()
        assert not running.controls.go.is_set()
        await assert_others_are_served(running)
        assert running.faults == []


async def test_what_was_asked_for_is_done_though_nobody_waits(running: Daemon) -> None:
    with raw_connection(running.path) as connection:
        connection.sendall(b'{"do":"say","text":"wait"}\n')
    await running.controls.halted.wait()
    running.controls.go.set()
    await assert_others_are_served(running)
    assert running.controls.done == [("say", "wait")]


async def test_an_answer_that_nobody_waited_for_is_given_up(running: Daemon) -> None:
    with raw_connection(running.path) as connection:
        connection.sendall(b'{"do":"ask","text":"wait"}\n')
    async with asyncio.timeout(10):
        await running.controls.left.wait()
    assert not running.controls.go.is_set()


async def test_one_that_only_ended_its_requests_gets_its_answer(tmp_path: Path) -> None:
    async with daemon(tmp_path, Waits(look_s=0.01)) as running, asyncio.timeout(10):
        reader, writer = await running.connect()
        writer.write(b'{"do":"ask","text":"it wait is"}\n')
        writer.write_eof()
        await running.controls.halted.wait()
        assert json.loads(await reader.readline())["text"] == "it"
        running.controls.go.set()
        assert json.loads((await reader.read()).splitlines()[-1])["text"] == "it wait is."
        writer.close()


def await_hang_up(connection: socket.socket) -> bool:
    """Whether the other side closes the connection, within 10 s."""
    poll = select.poll()
    poll.register(connection, 0)
    return bool(poll.poll(10_000))


async def test_one_that_never_reads_is_dropped_and_the_others_go_on(tmp_path: Path) -> None:
    async with daemon(tmp_path, Waits(write_s=SHORT_S)) as running:
        running.controls.items = [HistoryItem("user", "x" * MAX_CHARACTERS)] * (2 * MAX_EXCHANGES)
        with raw_connection(running.path) as connection:
            connection.sendall(b'{"do":"transcript"}\n' * 100)
            await assert_others_are_served(running)
            assert await asyncio.to_thread(await_hang_up, connection)
        await assert_others_are_served(running)


async def fill_with_the_busy(running: Daemon, count: int) -> list[Streams]:
    """So many clients, each with a question under way until `controls.go` is set."""
    clients = [await running.connect() for _ in range(count)]
    for reader, writer in clients:
        writer.write(b'{"do":"ask","text":"it wait"}\n')
        await reader.readline()  # in, and at work
    return clients


async def test_one_too_many_is_told_and_has_its_turn_later(running: Daemon) -> None:
    clients = await fill_with_the_busy(running, MAX_CLIENTS)
    refused = await running.ask(STATUS_WANTED)
    assert error(refused[0]) == "Too many are being served; try again later."
    running.controls.go.set()
    for reader, writer in clients:
        writer.write_eof()
        await reader.read()
        writer.close()
    await assert_others_are_served(running)


async def test_who_has_been_idle_longest_makes_way(tmp_path: Path) -> None:
    async with daemon(tmp_path, Waits(idle_s=0)) as running, asyncio.timeout(10):
        busy = await fill_with_the_busy(running, MAX_CLIENTS - 2)
        (first, first_writer), (second, second_writer) = [await running.connect() for _ in range(2)]
        for reader, writer in ((first, first_writer), (second, second_writer), (first, first_writer)):
            writer.write(MUTE)  # in the end the second one has been idle longer
            await reader.readline()
        await assert_others_are_served(running)
        assert error(await second.readline()) == (
            "Another client needed the place of this one, which asked nothing; connect again."
        )
        assert await second.read() == b""
        running.controls.go.set()
        first_writer.write(MUTE)
        assert json.loads(await first.readline()) == {"ok": True}
        for reader, writer in busy:
            writer.write_eof()
            assert json.loads((await reader.read()).splitlines()[-1])["ok"] is True
            writer.close()
        first_writer.close()
        second_writer.close()


async def test_who_has_only_just_come_does_not_make_way(tmp_path: Path) -> None:
    async with daemon(tmp_path, Waits(idle_s=60)) as running, asyncio.timeout(10):
        clients = await fill_with_the_busy(running, MAX_CLIENTS - 1)
        clients.append(await running.connect())
        assert error((await running.ask(STATUS_WANTED))[0]).startswith("Too many are being served")
        reader, writer = clients[-1]
        writer.write(MUTE)
        assert json.loads(await reader.readline()) == {"ok": True}
        for _, writer in clients:
            writer.close()


async def test_a_crowd_is_dropped_with_a_sentence_and_without_growing(running: Daemon) -> None:
    before = len(asyncio.all_tasks())
    crowd = [raw_connection(running.path) for _ in range(90)]
    reply = await asyncio.to_thread(crowd[-1].recv, 1000)
    assert error(reply) == "Too many are being served; try again later."
    assert len(asyncio.all_tasks()) - before <= 2 * MAX_CLIENTS
    for connection in crowd:
        connection.close()


async def test_one_that_asks_nothing_is_told_and_dropped(tmp_path: Path) -> None:
    async with daemon(tmp_path, Waits(request_s=SHORT_S)) as running, asyncio.timeout(10):
        reader, writer = await running.connect()
        writer.write(b'{"do":')  # half a request does not count as one
        assert error(await reader.readline()) == "No request came in 0.2 s."
        assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize("request_line", [b'{"do":"say","text":"wait"}\n', b'{"do":"ask","text":"wait"}\n'])
async def test_a_control_that_hangs_is_given_up(tmp_path: Path, request_line: bytes) -> None:
    async with daemon(tmp_path, Waits(call_s=SHORT_S, piece_s=SHORT_S)) as running, asyncio.timeout(10):
        assert error((await running.ask(request_line))[-1]) == "The appliance did not answer in time."
        await assert_others_are_served(running)


async def test_a_fault_of_ours_is_admitted_and_the_daemon_goes_on(running: Daemon) -> None:
    replies = await running.ask(b'{"do":"ask","text":"it bug"}\n', MUTE)
    assert error(replies[1]).startswith(
        "This is a fault of ours: RuntimeError: out of cheese at fake_controls"
    )
    assert json.loads(replies[2]) == {"ok": True}
    assert len(running.faults) == 1


async def test_a_status_that_has_no_json_form_is_a_fault_of_ours(running: Daemon) -> None:
    running.controls.state = replace(STATUS, uptime_s=float("inf"))
    assert error((await running.ask(STATUS_WANTED))[0]).startswith("This is a fault of ours: ValueError")


async def test_at_the_end_who_waits_is_told(tmp_path: Path) -> None:
    async with asyncio.timeout(10):
        async with daemon(tmp_path) as running:
            reader, writer = await running.connect()
            idle_reader, idle_writer = await running.connect()
            writer.write(b'{"do":"ask","text":"wait"}\n')
            await running.controls.halted.wait()
        assert error(await reader.readline()) == "The appliance is ending."
        assert await reader.read() == await idle_reader.read() == b""
        for client in (writer, idle_writer):
            client.close()
        assert running.controls.left.is_set()
        assert not running.path.exists()


REQUESTS = st.sampled_from(
    [
        MUTE,
        STATUS_WANTED,
        b'{"do":"ask","text":"it is"}\n',
        b'{"do":"transcript"}\n',
        b'{"do":"ask","text":"why"}',
    ]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=80) | REQUESTS, max_size=12), st.booleans())
def test_whatever_bytes_come_every_line_is_answered_and_nothing_stays(
    tmp_path: Path, pieces: list[bytes], reads: bool
) -> None:
    async def feed() -> None:
        async with daemon(tmp_path) as running, asyncio.timeout(20):
            if reads:
                replies = await running.ask(*pieces)
                last_lines = [reply for reply in map(json.loads, replies) if "ok" in reply]
                sent = b"".join(pieces)
                assert len(last_lines) == sent.count(b"\n") + (not sent.endswith(b"\n") and sent != b"")
            else:
                _, writer = await running.connect()
                writer.write(b"".join(pieces))
                writer.close()
            await assert_others_are_served(running)
            assert running.faults == []
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(feed())
