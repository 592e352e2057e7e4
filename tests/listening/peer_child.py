"""Runs in the peers' own environment, as a file: hears one case a line of standard input, tells a line each.

It imports nothing of ours. `pipecat`: SileroVADAnalyzer and LocalSmartTurnAnalyzerV3, wired as
`TurnAnalyzerUserTurnStopStrategy` and `VADUserTurnStartStrategy` wire them, transcripts not waited for;
the only setting is the first argument's `stop_secs`. `livekit`: its audio processing module with all it
switches on by itself, and after it the same speech detector by LiveKit's defaults (0.5, half a second of
speech interrupts). Both hear in stream time, so that their models cost them nothing.
"""

import asyncio
import json
import sys
import types
import wave
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from loguru import logger

FRAME = 320  # 20 ms
RATE_HZ = 16_000
Pcm = npt.NDArray[np.int16]
Told = dict[str, Any]  # as tests.listening.results reads it


class Peer(Protocol):
    """Who hears."""

    async def hear(self, case: dict[str, str]) -> Told:
        """The files of a case."""


def read(path: str) -> Pcm:
    """Samples of a 16 kHz file."""
    with wave.open(path, "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


class Pipecat:
    """One stream after the other through pipecat's analyzers."""

    def __init__(self, stop_secs: float) -> None:
        from pipecat.audio.turn.smart_turn import base_smart_turn
        from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
        from pipecat.audio.vad.silero import SileroVADAnalyzer
        from pipecat.audio.vad.vad_analyzer import VADParams, VADState

        self._speaking, self._quiet = VADState.SPEAKING, VADState.QUIET
        self._params = VADParams(stop_secs=stop_secs)
        self._new_vad: Callable[[], Any] = partial(
            SileroVADAnalyzer, sample_rate=RATE_HZ, params=self._params
        )
        self._turns = LocalSmartTurnAnalyzerV3(sample_rate=RATE_HZ)
        # Its buffer is kept by the clock on the wall, which does not go with the stream here.
        self._now_s = 0.0
        real = base_smart_turn.time
        base_smart_turn.time = types.SimpleNamespace(
            monotonic=lambda: 1000.0 + self._now_s, perf_counter=real.perf_counter
        )

    async def hear(self, case: dict[str, str]) -> Told:
        """Turns, and where they began over an answer."""
        from pipecat.audio.turn.base_turn_analyzer import EndOfTurnState

        vad = self._new_vad()
        vad.set_sample_rate(RATE_HZ)
        self._turns.set_sample_rate(RATE_HZ)
        self._turns.clear()
        self._turns.update_vad_start_secs(self._params.start_secs)
        pcm, speaking = read(case["near"]), False
        turns: list[Told] = []
        open_turn: float | None = None
        for at in range(0, len(pcm) - FRAME + 1, FRAME):
            self._now_s = (at + FRAME) / RATE_HZ
            now_ms, frame = self._now_s * 1000, pcm[at : at + FRAME].tobytes()
            state = await vad.analyze_audio(frame)
            complete = False
            if not speaking and state == self._speaking:
                speaking = True
                if open_turn is None:
                    open_turn = now_ms
            elif speaking and state == self._quiet:
                speaking = False
                complete = (await self._turns.analyze_end_of_turn())[0] == EndOfTurnState.COMPLETE
            complete = self._turns.append_audio(frame, speaking) == EndOfTurnState.COMPLETE or complete
            if complete and open_turn is not None:
                turns.append({"opened_ms": open_turn, "start_ms": None, "ends_ms": [now_ms]})
                open_turn = None
        if open_turn is not None:
            turns.append({"opened_ms": open_turn, "start_ms": None, "ends_ms": []})
        await vad.cleanup()
        return {"turns": turns}


class LiveKit:
    """The audio processing module, then speech by LiveKit's defaults."""

    def __init__(self) -> None:
        from livekit import rtc
        from pipecat.audio.vad.silero import SileroVADAnalyzer
        from pipecat.audio.vad.vad_analyzer import VADParams, VADState

        self._rtc, self._speaking, self._quiet = rtc, VADState.SPEAKING, VADState.QUIET
        params = VADParams(confidence=0.5, start_secs=0.5, stop_secs=0.55, min_volume=0.0)
        self._new_vad: Callable[[], Any] = partial(SileroVADAnalyzer, sample_rate=RATE_HZ, params=params)

    async def hear(self, case: dict[str, str]) -> Told:
        """Where speech began in what is left of the microphone."""
        vad, speaking = self._new_vad(), False
        turns: list[Told] = []
        vad.set_sample_rate(RATE_HZ)
        cleaned = self._clean(read(case["near"]), read(case["far"]))
        for at in range(0, len(cleaned) - FRAME + 1, FRAME):
            state = await vad.analyze_audio(cleaned[at : at + FRAME].tobytes())
            if not speaking and state == self._speaking:
                speaking = True
                now_ms = (at + FRAME) / RATE_HZ * 1000
                turns.append({"opened_ms": now_ms, "start_ms": None, "ends_ms": []})
            elif speaking and state == self._quiet:
                speaking = False
        await vad.cleanup()
        return {"turns": turns}

    def _clean(self, near: Pcm, far: Pcm) -> Pcm:
        apm = self._rtc.AudioProcessingModule(
            echo_cancellation=True, noise_suppression=True, high_pass_filter=True, auto_gain_control=True
        )
        apm.set_stream_delay_ms(40)
        size, out = RATE_HZ // 100, np.zeros(len(near) // 160 * 160, np.int16)
        for at in range(0, len(out), size):
            far_frame = self._frame(far[at : at + size])
            near_frame = self._frame(near[at : at + size])
            apm.process_reverse_stream(far_frame)
            apm.process_stream(near_frame)
            out[at : at + size] = np.frombuffer(bytes(near_frame._data), np.int16)
        return out

    def _frame(self, samples: Pcm) -> Any:
        return self._rtc.AudioFrame(bytearray(samples.tobytes()), RATE_HZ, 1, len(samples))


async def main() -> None:
    """Until nothing more is asked."""
    logger.remove()
    peer: Peer = LiveKit() if sys.argv[1] == "livekit" else Pipecat(float(sys.argv[2]))
    for line in sys.stdin:
        print(json.dumps(await peer.hear(json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
