"""The session that stands by while the first one is unhealthy, and may be asked beside it."""

import asyncio
from collections.abc import Callable
from functools import partial

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    ClosingSoon,
    Failure,
    Hedged,
    LinkState,
    ProviderEvent,
    Ready,
    ToolCall,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from appliance.providers.asking import Asking
from appliance.providers.held_session import Closings, HeldSession
from appliance.providers.kept_turn import Stage
from appliance.providers.opening import Opening
from appliance.providers.second import Part, Second
from appliance.providers.standing import Standing

# After two seconds of silence people wonder whether they were heard, so that who failed lately is no longer
# waited for alone. Four are left until `answer_deadline_s`: enough for the second one, which is connected.
HEDGE_AFTER_S = 2.0


NOTHING_TO_SAY = Failure(FailureCategory.MODEL_UNAVAILABLE, "its answer was empty")


def slower_than(second: str) -> Failure:
    """What the first one is lost by where the one who was asked beside it answers before it."""
    message = f"no answer within {HEDGE_AFTER_S:g} s; {second} was asked as well, and was quicker"
    return Failure(FailureCategory.TIMED_OUT, message)


class Standby:
    """Opens, asks and lets go the second session; nobody else does. There is one at most, for one turn at
    most, and until it is needed it hears nothing: a voice goes to another processor only where it must.

    `look` is to be called when something has happened, `take` with what the second session says, and
    `release` when the first one is lost. Belongs to the event loop's thread.
    """

    def __init__(
        self,
        asking: Asking,
        standing: Standing,
        opening: Opening,
        closings: Closings,
        emit: Callable[[Hedged], None],
        now_s: Callable[[], float],
        *,
        hedges: bool,
    ) -> None:
        """Without `hedges` nobody ever stands by."""
        self._asking = asking
        self._standing = standing
        self._opening = opening
        self._closings = closings
        self._link = partial(asking.link, background=True)
        self._down = partial(asking.down, background=True)
        self._emit = emit
        self._now_s = now_s
        self._hedges = hedges
        self._second: Second | None = None
        self._due: tuple[int | None, float] = (None, 0.0)  # the answer that is wanted; when a second is asked

    @property
    def held(self) -> HeldSession | None:
        """The session that stands by."""
        return None if self._second is None else self._second.held

    @property
    def asked(self) -> bool:
        """Somebody is asked beside the first one, and may still answer."""
        return self._second is not None and self._second.part is Part.ASKED

    # ------------------------------------------------------------------ what happens to the turn

    def look(self) -> None:
        """Do what the turn asks for by now; changes nothing when it is called again."""
        second, turn = self._second, self._asking.turn
        if self._hedges and turn.unanswered and turn.answer != self._due[0]:
            self._due = turn.answer, asyncio.get_running_loop().time() + HEDGE_AFTER_S
        if second is not None and not second.is_of_use(turn):
            self.let_go()
            second = None
        if second is None:
            self._open_if_needed()
        elif turn.unanswered:
            self._press(second)
        else:
            second.rest()

    def cancelled(self, answer: int) -> None:
        """`answer` was cancelled: where it answered an earlier turn, what a session was told of it when it
        opened is not what was heard."""
        if answer != self._asking.turn.answer:
            self.let_go()

    def release(self) -> Second | None:
        """The first one is lost: who stands by, and is in use from here on; None for nobody."""
        second, turn = self._second, self._asking.turn
        if second is None:
            return None
        # Who was asked is paid already.
        in_limits = second.part is Part.ASKED or self._standing.may_use(second.held.index)
        if not second.can_take_over(turn) or not in_limits:
            self.let_go()
            return None
        second.rest()
        self._second = None
        return second

    def late(self, failure: Failure) -> None:
        """The person has waited for too long: who was asked as well is given up as well, unless it had less
        time than the first one had alone."""
        second = self._second
        if second is None or second.part is not Part.ASKED:
            return
        if asyncio.get_running_loop().time() - second.asked_at_s >= HEDGE_AFTER_S:
            self._fail(second, failure)

    def network_changed(self) -> None:
        """Who is out of reach by now is given up."""
        second = self._second
        gone = None if second is None else self._standing.out_of_reach(second.held.index)
        if second is not None and gone is not None:
            self._fail(second, gone)

    def let_go(self) -> None:
        """Close the session, if there is one; what it says from here on is nobody's business."""
        second = self._second
        if second is not None:
            self._close(second)
            if not second.held.ready:  # else it would go on being connected, by what was said of it last
                self._link(second.held.name, LinkState.DOWN)

    def _close(self, second: Second) -> None:
        self._second = None
        second.rest()
        second.held.leave()
        self._closings.begin(second.held)

    def _open_if_needed(self) -> None:
        turn, first = self._asking.turn, self._asking.held
        if not self._hedges or first is None or not turn.owed:
            return
        if turn.stage is not Stage.OPEN and not turn.unanswered:
            return
        index = self._standing.stands_by(first.index, turn.tried)
        if index is not None:
            held = self._opening.make(index)
            self._second = Second(held, turn)
            self._opening.start(held, background=True)
            self.look()

    def _press(self, second: Second) -> None:
        """The answer is wanted."""
        match second.part:
            case Part.WAITS if second.timer is None:
                loop = asyncio.get_running_loop()
                second.timer = loop.call_at(self._due[1], self._is_due, second)
            case Part.DUE if second.can_be_asked() and self._standing.may_use(second.held.index):
                self._ask(second)

    def _is_due(self, second: Second) -> None:
        second.part = Part.DUE
        self.look()

    def _ask(self, second: Second) -> None:
        first, held = self._asking.held, second.held
        if first is not None:
            second.part, second.asked_at_s = Part.ASKED, asyncio.get_running_loop().time()
            replayed_ms = round(ms_of_samples(second.turn.samples, NEAR_RATE_HZ))
            self._emit(Hedged(first.name, held.name, replayed_ms))
            self._asking.tell_turn(held)

    # ------------------------------------------------------------------ what the second session says

    def take(self, event: ProviderEvent) -> bool:
        """The next event of the session; whether it gives the answer, first of both."""
        second = self._second
        if second is None:
            return False
        asked = second.part is Part.ASKED
        match event:
            case Ready():
                second.held.ready_at_s = self._now_s()
                self._link(second.held.name, LinkState.READY)
                second.held.configure(self._opening.config)
                self.look()
            case Failure():
                self._fail(second, event)
                self.look()
            case ClosingSoon(remaining_s=remaining_s):
                second.held.tenure.closing_soon(remaining_s, self._now_s())
            case AnswerAudio() | ToolCall():
                return asked
            case AnswerTranscript(written=True, text=text) if text:
                return asked
            case AnswerStarted() | UserTranscript() | AnswerTranscript():
                second.keep(event)
            case AnswerDone() if asked:  # and nothing of it came, nor would when it is asked once more
                second.turn.tried.add(second.held.index)
                self.let_go()
                self.look()
        return False

    def _fail(self, second: Second, failure: Failure) -> None:
        """It counts against its provider, and nobody waits for it."""
        held = second.held
        failure = self._standing.named(held.index, failure)
        self._close(second)
        self._standing.probe_failed(held.index, failure)
        second.turn.tried.add(held.index)
        self._down(held.name, failure)
