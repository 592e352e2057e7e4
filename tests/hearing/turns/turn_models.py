"""End-of-turn models without a process: one that says what it is told, and the real one, loaded once."""

from collections.abc import Callable
from functools import cache

from appliance.hearing.turns.end_of_turn import Question, Verdict
from appliance.hearing.turns.log_mel import WINDOW_SAMPLES
from appliance.hearing.turns.smart_turn import SmartTurn
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.ring import SampleRing


class ToldModel:
    """Judges as `says` does, in the worker's own thread."""

    def __init__(self, says: Callable[[Pcm], float]) -> None:
        self._says = says

    def await_ready(self) -> None:
        pass

    def completeness(self, pcm: Pcm) -> float:
        return self._says(pcm)

    def kill(self) -> None:
        pass

    def close(self) -> None:
        pass


def real_model() -> ToldModel:
    """Smart Turn; for one conversation after the other, not for two at a time."""
    return ToldModel(_smart_turn().completeness)


@cache
def _smart_turn() -> SmartTurn:
    return SmartTurn()


class ModelledJudge:
    """Asks `says` at once, and gives its verdict `takes_ms` of the stream later, as a replay does."""

    def __init__(self, history: SampleRing, says: Callable[[Pcm], float], takes_ms: float) -> None:
        self._history = history
        self._says = says
        self._takes = samples_of_ms(takes_ms, NEAR_RATE_HZ)
        self._pending: Verdict | None = None

    def ask(self, question: Question) -> None:
        start = max(question.start, question.at - WINDOW_SAMPLES)
        _, pcm = self._history.read(start, question.at - start)
        self._pending = Verdict(question, self._says(pcm))

    def verdict(self, now: int) -> Verdict | None:
        pending = self._pending
        if pending is None or now < pending.question.at + self._takes:
            return None
        self._pending = None
        return pending
