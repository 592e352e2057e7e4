"""Who helps silence to end turns: the end-of-turn model, where the settings ask for it."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from appliance.conversation.machine import Happening, Phase
from appliance.hearing.turns.pause_habit import LEAST_PAUSES
from appliance.hearing.turns.turn_judge import TurnJudge
from appliance.hearing.turns.turn_worker import TurnWorker
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from appliance.pcm.ring import SampleRing
from appliance.service.ends import Ends
from appliance.service.punctual_judge import PunctualJudge
from appliance.settings import Settings

# As long as its process may take to start.
_READY_TIMEOUT_S: Final = 35.0


class TurnEnding:
    """The worker of the end-of-turn model, if the settings want one. Belongs to the event loop."""

    def __init__(
        self,
        settings: Settings,
        near: SampleRing,
        ends: Ends,
    ) -> None:
        """Where the `ends` are punctual, the stream waits for verdicts (`hold`), and they take the same time
        on every machine."""
        self._shortest_ms = settings.hearing.end_silence_min_ms
        self._loop: asyncio.AbstractEventLoop | None = None
        self._settled = asyncio.Event()
        self._worker: TurnWorker | None = None
        self._punctual: PunctualJudge | None = None
        if settings.hearing.end_of_turn == "model" and settings.conversation.auto_complete:
            self._worker = TurnWorker(
                near,
                lambda sentence: self._call(lambda: ends.warn(sentence)),
                lambda sentence: self._call(lambda: ends.tell_owner(sentence)),
                settled=lambda: self._call(self._take_news),
                open_model=ends.open_turn_model,
            )
            if ends.punctual:
                self._punctual = PunctualJudge(self._worker, lambda: near.written)

    @property
    def judge(self) -> TurnJudge | None:
        """Whom hearing asks."""
        return self._punctual or self._worker

    async def start(self) -> None:
        """Load the model; where verdicts are punctual, it is loaded then, or given up."""
        if self._worker is None:
            return
        self._loop = asyncio.get_running_loop()
        self._worker.start()
        if self._punctual is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._settled.wait(), _READY_TIMEOUT_S)

    async def stop(self) -> None:
        """End it, within a second."""
        if self._worker is not None:
            await asyncio.to_thread(self._worker.stop)

    async def hold(self) -> None:
        """Returns as soon as the stream may take its next step."""
        if self._punctual is not None:
            await self._punctual.hold()

    def words(self, learnt: tuple[int, int]) -> str:
        """How much silence ends a turn by now, as a person reads it; `learnt` is what hearing says of it."""
        samples, pauses = learnt
        words = [f"{ms_of_samples(samples, NEAR_RATE_HZ):.0f} ms of silence"]
        if pauses >= LEAST_PAUSES:
            words.append(f"learnt from {pauses} pauses")
        if self._worker is not None:
            early = f"asked after {self._shortest_ms} ms where the model finds it complete"
            words.append(self._worker.trouble or early)
        return "; ".join(words)

    def gauges(self) -> dict[str, int]:
        """How often the model was asked, and how it fared."""
        worker = self._worker
        if worker is None:
            return {}
        return {
            "end_of_turn_questions": worker.asked,
            "end_of_turn_verdicts": worker.judged,
            "end_of_turn_slowest_ms": round(worker.slowest_s * 1000),
        }

    def _take_news(self) -> None:
        self._settled.set()
        if self._punctual is not None:
            self._punctual.news()

    def _call(self, what: Callable[[], None]) -> None:
        """In the worker's thread: have it done in the loop's."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody is interested any more
                self._loop.call_soon_threadsafe(what)


def goes_on(event: Mapping[str, object]) -> bool:
    """Whether this event says that a turn goes on that was thought to be over."""
    changes = (event.get("event"), event.get("from"), event.get("to"), event.get("cause"))
    return changes == ("phase", Phase.THINKING, Phase.LISTENING, Happening.SPEECH_REAL)
