"""Whatever the other side does, the command line gets a sentence in bounded time."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from appliance.service.control.client import converse
from appliance.service.control.controls import Refused
from appliance.service.control.failures import NotAllowed, NotRunning, Unanswered
from appliance.service.control.replies import Members
from appliance.service.control.requests import MAX_LINE_BYTES, AnyRequest, Ask, Commit, Mute, Say
from tests.service.control.fake_controls import daemon

Wondering = Callable[[], None]


async def asked(path: Path, request: AnyRequest, wondering: Wondering | None = None) -> list[Members]:
    return await asyncio.to_thread(lambda: list(converse(path, request, wondering)))


async def test_every_piece_and_the_last_line_come_through(tmp_path: Path) -> None:
    async with daemon(tmp_path) as running:
        found = await asked(running.path, Ask(text="it is"))
    assert [members["text"] for members in found] == ["it", "it is", "it is."]
    assert found[-1]["ok"] is True


async def test_a_refusal_has_the_words_of_the_appliance(tmp_path: Path) -> None:
    async with daemon(tmp_path) as running:
        with pytest.raises(Refused, match=r"^Nobody is speaking: there is no turn to end\.$") as refused:
            await asked(running.path, Commit())
    assert refused.value.exit_code == 1


async def test_one_who_waits_longer_than_a_second_is_told_once(tmp_path: Path) -> None:
    async with daemon(tmp_path) as running:
        loop = asyncio.get_running_loop()
        told: list[str] = []

        def wondering() -> None:
            told.append("it takes a while")
            loop.call_soon_threadsafe(running.controls.go.set)

        assert await asked(running.path, Say(text="wait"), wondering) == [{"ok": True}]
    assert told == ["it takes a while"]


def test_where_nobody_was_ever_started_that_is_said_with_the_path(tmp_path: Path) -> None:
    path = tmp_path / "none" / "control.sock"
    with pytest.raises(NotRunning) as missing:
        next(converse(path, Mute()))
    assert str(missing.value) == (
        f"No appliance is running: there is no control socket {path}. Start one with `appliance run`."
    )
    assert missing.value.exit_code == 69


def test_where_the_appliance_died_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(NotRunning, match="No appliance is running: nobody listens on the control socket"):
        next(converse(path, Mute()))


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's right to open everything, where we have it."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_one_who_may_not_is_told_which_group_may(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        path.chmod(0)
        with as_nobody(), pytest.raises(NotAllowed, match="members of the group voice-appliance") as refused:
            next(converse(path, Mute()))
    assert refused.value.exit_code == 1


@asynccontextmanager
async def peer_that_sends(path: Path, data: bytes) -> AsyncIterator[None]:
    """Something that takes a request, sends `data`, and goes away."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(data)
        writer.close()

    server = await asyncio.start_unix_server(serve, path)
    async with server:
        yield


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The appliance went away before it had answered."),
        (b'{"ok":tr', "The appliance went away before it had answered."),
        (b'{"text":"it"}\n', "The appliance went away before it had answered."),
        (b"hello\n", "The appliance answered what this version does not understand; restart it."),
        (b"x" * (2 * MAX_LINE_BYTES), "The appliance answered with a line that does not end; restart it."),
    ],
)
async def test_what_is_no_answer_is_named(tmp_path: Path, data: bytes, sentence: str) -> None:
    path = tmp_path / "control.sock"
    async with peer_that_sends(path, data):
        with pytest.raises(Unanswered) as failed:
            await asked(path, Mute())
    assert str(failed.value) == sentence
    assert failed.value.exit_code == 1


def test_a_peer_that_takes_no_one_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(0)
        waiting = [socket.socket(socket.AF_UNIX) for _ in range(2)]
        for client in waiting:
            client.setblocking(False)
        with pytest.raises(BlockingIOError):  # noqa: PT012  how many fit is the kernel's business
            for client in waiting:
                client.connect(str(path))
        with pytest.raises(Unanswered, match="takes no one more"):
            next(converse(path, Mute()))
        for client in waiting:
            client.close()
