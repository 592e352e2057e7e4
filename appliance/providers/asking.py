"""The turn that is kept, and the session that is asked: what the one means to the other."""

from collections.abc import Callable
from dataclasses import replace

from appliance.conversation.vocabulary import (
    AnswerBrokeOff,
    AppendAudio,
    AskText,
    CancelAnswer,
    ChainEvent,
    Command,
    CommitTurn,
    DiscardTurn,
    Failure,
    LinkChanged,
    LinkState,
    OpenTurn,
    ProviderEvent,
    ToolRan,
    ToolResult,
)
from appliance.errors import Cause, FailureCategory
from appliance.providers.health import BACKOFF_CAP_S
from appliance.providers.held_session import HeldSession
from appliance.providers.kept_answer import MAX_BREAKS
from appliance.providers.kept_turn import KeptTurn
from appliance.providers.standing import Standing


class Asking:
    """The last turn, which session is in use, and who is opened next.

    `turn` is kept until the next one opens; `held` is None between two sessions; `again` is the provider
    whose session is replaced by another one with it.
    """

    def __init__(self, standing: Standing, emit: Callable[[ProviderEvent | ChainEvent], None]) -> None:
        self._standing = standing
        self._emit = emit
        self.turn = KeptTurn()
        self.held: HeldSession | None = None
        self.again: int | None = None
        self.dropped_samples = 0  # of the turns before this one, beyond what is kept of one

    def take(self, command: Command | OpenTurn) -> None:
        """Do what a command about the turn means; others change nothing."""
        match command:
            case OpenTurn() | DiscardTurn():
                self._open_turn(discard=isinstance(command, DiscardTurn))
            case AppendAudio(pcm=pcm):
                self.turn.append(pcm)
                self.catch_up()
            case CommitTurn(answer=answer):
                self.turn.ask(answer)
                self._want_answer()
            case AskText():
                self._open_turn(discard=False)
                self.turn.write(command)
                self._want_answer()
            case CancelAnswer():
                self._cancel(command)
            case ToolResult():
                self._take_result(command)

    def forget(self) -> None:
        """The turn that is kept, and the session that heard of it and of what was before it, are given up:
        the next one opens with what is known by then. That is nobody's failure."""
        last, self.turn = self.turn, KeptTurn()
        self.dropped_samples += last.dropped_samples
        if self.held is not None:
            self._replace(self.held)

    def choose(self) -> tuple[int, float]:
        """Who is tried next, and how long that must wait."""
        if self.again is not None:
            return self.again, self._standing.replacement_pause_s
        return self._standing.next(self.turn.tried if self.turn.owed else ())

    def drop(self, held: HeldSession) -> None:
        """What the session says from here on is nobody's business."""
        if self.held is held:
            self.held = None
        held.leave()

    def tell(self, command: Command) -> None:
        if self.held is not None:
            self.held.tell(command)

    def _open_turn(self, *, discard: bool) -> None:
        """Whatever was kept is over. What a session has of it must not go on in the next turn."""
        last, self.turn = self.turn, KeptTurn()
        self.dropped_samples += last.dropped_samples
        held = self.held
        index = self.again if held is None else held.index
        out = None if discard or index is None else self._standing.out_of_money(index)
        if out is not None:
            self.again = None
            if held is not None:
                self.drop(held)
            self._emit(out)
        elif held is not None and held.told.knows(last) and (discard or last.owed):
            self._take_back(held, last)

    def _take_back(self, held: HeldSession, turn: KeptTurn) -> None:
        """What a session heard of a turn and cannot forget, the next one with the same provider never hears
        of. That is nobody's failure."""
        if held.capabilities.discards or not held.told.hears(turn):
            held.tell(DiscardTurn())
        else:
            self._replace(held)

    def _replace(self, held: HeldSession) -> None:
        """Another session with the same provider takes the place of this one, in which nothing is wrong."""
        self.again = held.index
        self._standing.replaced()
        self.drop(held)

    def _want_answer(self) -> None:
        if self.held is None:
            self.say_nobody_answers(self.choose()[1])
        self.catch_up()

    def _cancel(self, cancel: CancelAnswer) -> None:
        """Who goes on with another's answer is told what was heard of its own part. Where its session
        knows of the answer otherwise than it was heard, another one takes its place."""
        turn, held = self.turn, self.held
        turn.cancel(cancel.answer, cancel.heard_ms)
        if cancel.answer != turn.answer or held is None:
            self.tell(cancel)
        elif held.told.is_misinformed(turn, cancel.heard_ms):
            self._replace(held)
        else:
            held.tell(replace(cancel, heard_ms=turn.came.of_the_last_ms(cancel.heard_ms)))

    def _take_result(self, result: ToolResult) -> None:
        kept = self.turn.ran(result)
        if kept is None or (self.held is not None and self.held.told.is_own(kept)):
            self.tell(result)
        else:
            self.catch_up()

    def catch_up(self) -> None:
        """Let the session in use know all that is kept of the turn."""
        held, turn = self.held, self.turn
        if held is None or not held.ready:
            return
        if turn.wanted and not held.capabilities.continues and held.index in turn.came.broken_by:
            # It would say the beginning once more, and break off where it did.
            self.give_up(Failure(FailureCategory.SESSION_CLOSED, f"{held.name} broke off its answer"))
            return
        if not self.tell_turn(held):
            message = f"{held.name} takes no questions in writing"
            self.give_up(Failure(FailureCategory.MODEL_UNAVAILABLE, message))

    def tell_turn(self, held: HeldSession) -> bool:
        """Let this session know all that is kept of the turn; False where it cannot read a question."""
        for command in held.told.catch_up(self.turn):
            if isinstance(command, AskText) and not held.capabilities.text_in:
                return False
            if held.capabilities.tools or not isinstance(command, ToolRan):
                held.tell(command)
        return True

    def let_another_go_on(self, held: HeldSession, failure: Failure) -> None:
        """Some of the answer came: what is missing of it is wanted from somebody else, or from the same
        provider if it goes on with answers; what came is played meanwhile."""
        turn = self.turn
        assert turn.answer is not None
        others = self._standing.anybody_but(turn.tried | {held.index})
        if len(turn.came.broken_by) + 1 >= MAX_BREAKS or not (others or held.capabilities.continues):
            self.give_up(failure)
            return
        if not held.capabilities.continues:  # it would begin the answer again, also where it has not failed
            turn.tried.add(held.index)
        self._emit(AnswerBrokeOff(turn.answer))
        turn.broke_off(held.index)

    def say_nobody_answers(self, pause_s: float) -> None:
        """Nobody may be tried for `pause_s`; a person does not wait longer than the back-off's cap."""
        lost = self._standing.lost
        if pause_s > 0 and lost is not None:
            self.link(lost.name, LinkState.BACKING_OFF, lost.category, cause=lost.cause)
        if pause_s > BACKOFF_CAP_S and self.turn.wanted:
            cause = lost.cause if lost is not None else None
            self.give_up(Failure(self._standing.why_nobody, "no provider can answer", cause=cause))

    def give_up(self, failure: Failure) -> None:
        self.turn.give_up()
        self._emit(replace(failure, answer=self.turn.answer))

    def link(
        self,
        provider: str,
        link: LinkState,
        reason: str = "",
        message: str = "",
        *,
        cause: Cause | None = None,
        background: bool = False,
    ) -> None:
        self._emit(LinkChanged(provider, link, reason, message, background, cause))

    def down(self, provider: str, failure: Failure, *, background: bool = False) -> None:
        """Its session is lost, or cannot be had."""
        message, cause = failure.message, failure.cause
        self.link(provider, LinkState.DOWN, failure.category, message, cause=cause, background=background)
