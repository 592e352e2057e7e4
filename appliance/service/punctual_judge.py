"""A judge whose verdicts take a modelled time of the stream, whatever the machine needs for them."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from appliance.hearing.turns.end_of_turn import Question, Verdict
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms

# As measured live: 60…160 ms here.
VERDICT_TAKES_MS: Final = 160
# Of what one tick captures: a verdict must be there before the window is heard in which it is due.
_AHEAD_MS: Final = 30
# The worker answers, or says that nobody can, sooner than that.
_WAIT_S: Final = 40.0


class Worker(Protocol):
    """Who really judges (`TurnWorker`)."""

    def ask(self, question: Question) -> None: ...
    def verdict(self, now: int) -> Verdict | None: ...


class PunctualJudge:
    """Asks `worker`, and gives each verdict `VERDICT_TAKES_MS` after its question. Belongs to the event loop.

    Who drives the stream awaits `hold` before each step: the stream stands still until the verdict is
    known that falls due in it. So a replay hears the same on every machine, in real time and without.
    """

    def __init__(self, worker: Worker, written: Callable[[], int]) -> None:
        """`written()`: how many 16 kHz samples there are so far."""
        self._worker = worker
        self._written = written
        self._asked: Question | None = None
        self._answer: Verdict | None = None
        self._news = asyncio.Event()

    def ask(self, question: Question) -> None:
        """Judge this one, and no other any more."""
        self._asked, self._answer = question, None
        self._worker.ask(question)

    def verdict(self, now: int) -> Verdict | None:
        """The verdict of the newest question, once it is due."""
        asked, answer = self._asked, self._answer
        if asked is None or answer is None or now < _due(asked):
            return None
        self._asked = self._answer = None
        return answer

    def news(self) -> None:
        """The worker has answered, or is about to answer nothing."""
        self._news.set()

    async def hold(self) -> None:
        """Returns as soon as the stream may take its next step."""
        while self._lacks_verdict():
            self._news.clear()
            self._fetch()
            if self._lacks_verdict():
                await self._await_news()

    async def _await_news(self) -> None:
        try:
            async with asyncio.timeout(_WAIT_S):
                await self._news.wait()
        except TimeoutError:
            self._asked = None

    def _lacks_verdict(self) -> bool:
        asked = self._asked
        ahead = samples_of_ms(_AHEAD_MS, NEAR_RATE_HZ)
        return asked is not None and self._answer is None and _due(asked) <= self._written() + ahead

    def _fetch(self) -> None:
        verdict = self._worker.verdict(0)
        if verdict is not None and verdict.question == self._asked:
            self._answer = verdict


def _due(question: Question) -> int:
    return question.at + samples_of_ms(VERDICT_TAKES_MS, NEAR_RATE_HZ)
