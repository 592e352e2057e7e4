"""The thread that keeps the end-of-turn model's process, so that nobody else waits for it."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from appliance.hearing.shipped_model import ModelError
from appliance.hearing.turns.end_of_turn import Question, Verdict
from appliance.hearing.turns.log_mel import WINDOW_SAMPLES
from appliance.hearing.turns.turn_process import ProcessLost, TurnProcess
from appliance.pcm.formats import Pcm
from appliance.pcm.ring import SampleRing

# After which a lost process is started again: at once, then seldom, for whatever takes it away (memory,
# as a rule) takes the next one too.
RESTART_AFTER_S: Final = (0.0, 10.0, 60.0, 600.0)
# A verdict that takes longer finds most turns ended by silence; so many in a row, and the owner is told.
SLOW_S: Final = 0.7
SLOW_VERDICTS: Final = 5
# Killing the process ends every wait of the thread at once.
STOP_TIMEOUT_S: Final = 1.0

Tell = Callable[[str], None]


class TurnModel(Protocol):
    """The model, wherever it runs (`TurnProcess`). All but `kill` belong to one thread."""

    def await_ready(self) -> None:
        """Until it is loaded. Raises ModelError where it cannot be, and ProcessLost."""

    def completeness(self, pcm: Pcm) -> float:
        """How likely the person is done, 0…1, by at most 8 s of 16 kHz. Raises ProcessLost."""

    def kill(self) -> None:
        """From any thread: whoever waits for it has ProcessLost."""

    def close(self) -> None:
        """The last call."""


class TurnWorker:
    """Judges questions with the model, one at a time, in a thread and a process of its own.

    `ask` and `verdict` belong to hearing's thread, `start` and `stop` to the owner's. Bounded: the newest
    question waits while one is judged, and the newest verdict until it is fetched. While there is no model
    a question is answered by "nobody could say". `warn` is called from the thread, with a sentence for
    the owner, when the model is not to be had or too slow, and `tell` when it is back.
    """

    def __init__(
        self,
        history: SampleRing,
        warn: Tell,
        tell: Tell,
        *,
        settled: Callable[[], None] = lambda: None,
        open_model: Callable[[], TurnModel] = TurnProcess,
    ) -> None:
        """`settled` is called from the thread whenever the model is ready, given up, or has answered."""
        self._history = history
        self._warn = warn
        self._tell = tell
        self._settled = settled
        self._open_model = open_model
        self._wake = threading.Condition()
        self._waiting: Question | None = None
        self._verdicts: deque[Verdict] = deque(maxlen=1)
        self._process: TurnModel | None = None
        self._stopping = False
        self._slow = 0
        self._told = ""
        self.settled = False
        self.asked = 0
        self.judged = 0
        self.slowest_s = 0.0
        self._thread = threading.Thread(target=self._run, name="end-of-turn", daemon=True)

    def start(self) -> None:
        """Begin to load the model; called once."""
        self._thread.start()

    def stop(self) -> None:
        """End thread and process, within a second."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
            if self._process is not None:
                self._process.kill()
        if self._thread.ident is not None:
            self._thread.join(STOP_TIMEOUT_S)

    def ask(self, question: Question) -> None:
        """Judge this one next, and no older one any more."""
        with self._wake:
            self.asked += 1
            self._waiting = question
            self._wake.notify()

    def verdict(self, now: int) -> Verdict | None:
        """The newest verdict that was not fetched yet, whenever it came."""
        return self._verdicts.popleft() if self._verdicts else None

    @property
    def trouble(self) -> str:
        """Why silence alone ends turns at the moment; empty where the model helps."""
        return self._told

    def _run(self) -> None:
        try:
            self._keep_a_model()
        except Exception as fault:  # noqa: BLE001  the outermost frame; the ears go on without a model
            self._give_up(f"The end-of-turn model was lost to a fault of ours ({fault!r}); until a restart")

    def _keep_a_model(self) -> None:
        lost = 0
        while not self._stopping:
            try:
                self._judge_with_a_process()
            except ModelError as error:
                self._give_up(f"{error}; until it is installed again")
                self._answer_nothing_until(None)
            except ProcessLost as error:
                if self._stopping:
                    return
                pause_s = RESTART_AFTER_S[min(lost, len(RESTART_AFTER_S) - 1)]
                lost += 1
                if pause_s:
                    self._give_up(f"The end-of-turn model does not run: {error}; until it does")
                self._answer_nothing_until(time.monotonic() + pause_s)

    def _judge_with_a_process(self) -> None:
        """Until it is to stop. Raises ModelError or ProcessLost."""
        process = self._open_model()
        try:
            with self._wake:
                self._process = process
                if self._stopping:
                    return
            process.await_ready()
            self._settle()
            while (question := self._next()) is not None:
                self._judge(process, question)
                if self._told and not self._slow:
                    self._told = ""
                    self._tell("the end-of-turn model runs again")
        finally:
            with self._wake:
                self._process = None
            process.close()

    def _judge(self, process: TurnModel, question: Question) -> None:
        start = max(question.start, question.at - WINDOW_SAMPLES)
        _, pcm = self._history.read(start, question.at - start)
        began_s = time.monotonic()
        try:
            complete = process.completeness(pcm)
        except ProcessLost:
            self._answer(Verdict(question, None))
            raise
        self._time(time.monotonic() - began_s)
        self._answer(Verdict(question, complete))

    def _time(self, took_s: float) -> None:
        self.judged += 1
        self.slowest_s = max(self.slowest_s, took_s)
        self._slow = self._slow + 1 if took_s > SLOW_S else 0
        if self._slow == SLOW_VERDICTS:
            self._give_up(f"The end-of-turn model takes {took_s:.1f} s on this machine; as long as it does")

    def _answer(self, verdict: Verdict) -> None:
        self._verdicts.append(verdict)
        self._settled()

    def _next(self) -> Question | None:
        """The next question; None when it is to stop."""
        with self._wake:
            while self._waiting is None and not self._stopping:
                self._wake.wait()
            question, self._waiting = self._waiting, None
        return None if self._stopping else question

    def _answer_nothing_until(self, deadline_s: float | None) -> None:
        """Say of every question that nobody can say; without a deadline until it is to stop."""
        self._settle()
        while not self._stopping:
            with self._wake:
                left_s = None if deadline_s is None else deadline_s - time.monotonic()
                if left_s is not None and left_s <= 0:
                    return
                if self._waiting is None:
                    self._wake.wait(left_s)
                question, self._waiting = self._waiting, None
            if question is not None:
                self._answer(Verdict(question, None))

    def _settle(self) -> None:
        self.settled = True
        self._settled()

    def _give_up(self, why: str) -> None:
        """Tell the owner, once for each reason."""
        sentence = f"{why}, silence alone ends a turn"
        if sentence != self._told:
            self._told = sentence
            self._warn(sentence)
