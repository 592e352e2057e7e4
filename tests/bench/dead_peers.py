"""Peers that are gone or mute while nobody talks: `python -m tests.bench.dead_peers`; takes 70 s.

Sessions of ours with the real constants, side by side, each with its simulator on loopback. Of a dead path
the far kernel drops every packet unseen, and so acknowledges none. A mute peer's kernel acknowledges
everything, and nobody reads it. Those who are connected to only while they are asked have rows of their own.
The offline provider is a process on the same machine. Exit 1 when one is noticed too late.
"""

import asyncio
import ctypes
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import Enum

from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection

from appliance.conversation.session import Session
from appliance.conversation.vocabulary import Failure, ProviderEvent, Ready
from appliance.providers.azure.session import AzureOptions, open_azure
from appliance.providers.openai.session import OpenAiOptions, open_openai
from appliance.providers.openai_live.options import LiveOptions
from appliance.providers.openai_live.session import open_openai_live
from tests.bench.dead_peers_cascade import STAGES, given_up_s, turn_lost_s
from tests.bench.table import Row, percentiles, render
from tests.simulators import azure_realtime, gemini_live, live_server, openai_realtime
from tests.simulators.gemini_talk import provider as gemini_provider
from tests.simulators.openai_talk import KEY, Conversation

PROMISED_S = 25.0
GEMINI_MUTE_S = 70.0  # its pongs take up to half a minute
# The longest answer deadline that can be set: who is asked and mute is given up by then, whatever it is. At
# the usual one, 6 s, the conversation goes on without them: `moments`, without a word.
ASKED_S = 30.0
# What a busy machine adds to a deadline.
LATE_S = 1.0
DEEPGRAM = "deepgram in mid-turn"
# A little more than all of that: what is not noticed by then counts as never noticed.
PATIENCE_S = 80.0
# When after the session is open it happens: somewhere between two pings.
PHASES_S = (0.3, 1.7, 3.6)
SO_ATTACH_FILTER = 26  # asm-generic/socket.h

Simulator = openai_realtime.Simulator | gemini_live.Simulator | live_server.Simulator


class Loss(Enum):
    """What becomes of the peer."""

    DEAD = "a dead path (nothing is acknowledged), idle"
    MUTE = "a peer that acknowledges and is mute, idle"


@dataclass(frozen=True)
class Kind:
    """A provider: its simulator, and a session with it."""

    name: str
    simulator: Callable[[], Simulator]
    open: Callable[[str], Session]


def _azure(url: str) -> Session:
    return open_azure(AzureOptions(SecretStr(KEY), url, azure_realtime.DEPLOYMENT))


KINDS = (
    Kind(
        "openai", openai_realtime.Simulator, lambda url: open_openai(OpenAiOptions(SecretStr(KEY), url=url))
    ),
    Kind("azure", azure_realtime.AzureSimulator, _azure),
    Kind("gemini", gemini_live.Simulator, lambda url: gemini_provider(url).open()),
    Kind(
        "openai-live",
        live_server.Simulator,
        lambda url: open_openai_live(LiveOptions(SecretStr(KEY), url=url)),
    ),
)


def lose(far_end: ServerConnection, loss: Loss) -> None:
    """From here on the peer is dead or mute."""
    if far_end.keepalive_task is not None:
        far_end.keepalive_task.cancel()  # else it would be the server that notices
    if loss is Loss.MUTE:
        far_end.transport.pause_reading()
        return
    drop = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # BPF: return 0 bytes
    program = struct.pack("HL", 1, ctypes.addressof(drop))
    far_end.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


async def notice_s(kind: Kind, loss: Loss, phase_s: float) -> float:
    """How long after the loss the session says so; infinite where it does not."""
    far_ends: list[ServerConnection] = []
    simulator = kind.simulator()
    serve = simulator._serve

    async def watched(connection: ServerConnection) -> None:
        far_ends.append(connection)
        await serve(connection)

    simulator._serve = watched  # type: ignore[method-assign, assignment]
    noticed: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def emit(event: ProviderEvent) -> None:
        if isinstance(event, Failure) and not noticed.done():
            noticed.set_result(time.monotonic())

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(simulator)
        url = simulator.url
        if isinstance(simulator, azure_realtime.AzureSimulator):
            url = simulator.resource
        talk = Conversation(url, session=kind.open(url))
        talk.react = emit
        running = asyncio.create_task(talk.run())
        stack.callback(running.cancel)
        stack.callback(_hang_up, far_ends)
        await talk.until(Ready)
        await asyncio.sleep(phase_s)
        lose(far_ends[-1], loss)
        began_s = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await noticed - began_s
        except TimeoutError:
            return float("inf")


def _hang_up(far_ends: Sequence[ServerConnection]) -> None:
    for far_end in far_ends:
        far_end.transport.abort()


async def _measure() -> tuple[dict[tuple[str, Loss], list[float]], dict[str, float]]:
    """How long it took: each session by its loss, and each stage of a cascade."""
    cases = [(kind, loss, phase) for kind in KINDS for loss in Loss for phase in PHASES_S]
    turns = [(loss, phase) for loss in Loss for phase in PHASES_S]
    found, lost, given_up = await asyncio.gather(
        asyncio.gather(*(notice_s(*case) for case in cases)),
        asyncio.gather(*(_turn_lost_s(*turn) for turn in turns)),
        asyncio.gather(*(given_up_s(make, PATIENCE_S) for make in STAGES.values())),
    )
    times: dict[tuple[str, Loss], list[float]] = {}
    for (kind, loss, _), took_s in zip(cases, found, strict=True):
        times.setdefault((kind.name, loss), []).append(took_s)
    for (loss, _), took_s in zip(turns, lost, strict=True):
        times.setdefault((DEEPGRAM, loss), []).append(took_s)
    return times, dict(zip(STAGES, given_up, strict=True))


async def _turn_lost_s(loss: Loss, phase_s: float) -> float:
    return await turn_lost_s(lambda far_end: lose(far_end, loss), phase_s, PATIENCE_S)


def promised_s(name: str, loss: Loss) -> float:
    """By when it must be noticed."""
    return GEMINI_MUTE_S if name == "gemini" and loss is Loss.MUTE else PROMISED_S


def rows() -> list[Row]:
    """Every provider, at several instants between two pings."""
    times, given_up = asyncio.run(_measure())
    idle = [_row(loss, {name: s for (name, of), s in times.items() if of is loss}) for loss in Loss]
    return [*idle, _row_of_cascades(given_up)]


def _row(loss: Loss, times: dict[str, list[float]]) -> Row:
    worst = {name: max(some) for name, some in times.items()}
    promised = f"≤ {PROMISED_S:g} s" + (f", gemini ≤ {GEMINI_MUTE_S:g} s" if loss is Loss.MUTE else "")
    everybody = len(worst) == len(KINDS) + 1
    return Row(
        f"{loss.value} → noticed",
        _listed(worst),
        promised,
        everybody and all(took_s <= promised_s(name, loss) for name, took_s in worst.items()),
        percentiles([took_s for some in times.values() for took_s in some])
        | {f"{name}_max": round(took_s, 2) for name, took_s in worst.items()},
    )


def _row_of_cascades(given_up: dict[str, float]) -> Row:
    return Row(
        "a cascade, which has no connection while nobody asks: one that is mute when it is asked → given up",
        _listed(given_up),
        f"≤ {ASKED_S:g} s by itself, the longest answer deadline",
        all(took_s <= ASKED_S + LATE_S for took_s in given_up.values()),
        percentiles(list(given_up.values())) | {name: round(took_s, 2) for name, took_s in given_up.items()},
    )


def _listed(times: dict[str, float]) -> str:
    return ", ".join(f"{name} ≤ {took_s:.1f} s" for name, took_s in times.items())


def met(found: Sequence[Row]) -> bool:
    """Whether every promise of these is kept."""
    return all(row.met is not False for row in found)


if __name__ == "__main__":
    measured = rows()
    print(render(measured))
    sys.exit(0 if met(measured) else 1)
