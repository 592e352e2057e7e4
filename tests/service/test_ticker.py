"""The stream in virtual time."""

import asyncio
from collections import deque
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from appliance.pcm.formats import Pcm
from appliance.service import ticker as module
from appliance.service.network.clock import TickerClock
from appliance.service.ticker import Ticker

RATE_HZ = 16_000
WAIT_S = 0.1
TICKS = 600  # of an answer's deadline


def _ticker() -> Ticker:
    def read(count: int) -> Pcm:
        return np.zeros(count, np.int16)

    nothing: Any = SimpleNamespace(
        rate_hz=RATE_HZ,
        read=read,
        write=lambda pcm: None,
        pump=lambda *given: [],
        post=lambda event: None,
        tick=lambda: None,
    )
    return Ticker(
        nothing, nothing, nothing, nothing, deque(), nothing, nothing, TickerClock(), RATE_HZ, RATE_HZ
    )


async def test_who_does_not_answer_is_waited_for_once_and_not_at_every_tick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "VIRTUAL_WAIT_S", WAIT_S)
    ticker = _ticker()
    async with asyncio.timeout(TICKS * WAIT_S / 4):
        await ticker.run_virtually(
            lambda: ticker.now_ms >= TICKS * module.TICK_MS, lambda: True, asyncio.Event()
        )


async def test_who_speaks_at_last_is_waited_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "VIRTUAL_WAIT_S", WAIT_S)
    ticker, spoke = _ticker(), asyncio.Event()
    more: deque[str] = deque(["the first word", "the last word"])

    def speak() -> None:
        more.popleft()
        spoke.set()
        if more:
            asyncio.get_running_loop().call_later(WAIT_S / 2, speak)

    def done() -> bool:
        if ticker.now_ms == 100:  # long after the stream has gone on without it
            asyncio.get_running_loop().call_soon(speak)
        return ticker.now_ms >= 1000

    stood_at: list[float] = []

    def awaited() -> bool:
        if len(more) == 1:
            stood_at.append(ticker.now_ms)
        return bool(more)

    await ticker.run_virtually(done, awaited, spoke)
    assert not more
    assert len(set(stood_at)) == 1
