"""What the session in use knows of the turn that is kept, and what it must still be told."""

from collections.abc import Callable, Iterator

from appliance.conversation.vocabulary import (
    AppendAudio,
    AskText,
    CancelAnswer,
    Command,
    CommitTurn,
    ContinueAnswer,
    ToolRan,
    UserTranscript,
)
from appliance.providers.kept_turn import KeptCall, KeptTurn, Stage


class Told:
    """One session's knowledge of one turn at a time; a fresh session has none.

    A turn is asked only once every tool that ran, or runs, for it elsewhere has its result: the next
    provider would call it a second time.

    Who `continues` is asked to go on with an answer that broke off; who does not is asked for a whole one,
    which then follows what was heard.
    """

    def __init__(self, turn: KeptTurn, said: Callable[[int], str], *, continues: bool) -> None:
        """`said(answer)` are the words that came of an answer that broke off."""
        self._said = said
        self._continues = continues
        # Its answer stands in the history that the session opens with, as if all of it were heard.
        self._answered = turn if turn.answer is not None and turn.stage is Stage.SETTLED else None
        # An answer can only be gone on with after a turn of sound or one that stands in the history.
        self._begin(turn, turn.question if self.needs_question_as_history(turn) else None)
        # First answer asked for here → where its turn began, where that was with an earlier answer: only
        # for turns told again, so no more than a session has beginnings.
        self._began_with: dict[int, int] = {}

    def _begin(self, turn: KeptTurn, question: AskText | None = None) -> None:
        self._turn = turn
        self._chunks = 0
        self._asked_chunks = 0  # of these, when an answer was asked for last
        self._question = question
        self._calls: set[KeptCall] = set()
        self._asked: int | None = None

    def knows(self, turn: KeptTurn) -> bool:
        """Whether anything of `turn` was told."""
        return turn is self._turn and (self._chunks > 0 or self._asked is not None)

    def hears(self, turn: KeptTurn) -> bool:
        """Whether sound of `turn` was told that was not asked about: to the session the person speaks."""
        return turn is self._turn and self._chunks > self._asked_chunks

    def is_misinformed(self, turn: KeptTurn, heard_ms: int) -> bool:
        """Whether the session, which opened after some or all of the turn's answer had come and would be told
        now that it was cancelled, takes more of it for heard than was, or less."""
        if turn is self._answered:
            return True
        settled = turn.stage is Stage.SETTLED
        if turn is not self._turn or self._asked is None or self._asked != turn.answer:
            return settled  # what was heard is missing in the history that it was opened with
        return turn.came.outlasts(heard_ms) and (settled or self._continues)

    def needs_question_as_history(self, turn: KeptTurn) -> bool:
        """Whether the question in writing is history to a session that opens."""
        return self._continues and turn.only_written and turn.wanted and turn.came.gone_on_with

    def lacks_question(self, turn: KeptTurn) -> bool:
        """Whether the question in writing would have to be history to this session, which is open already."""
        return self.needs_question_as_history(turn) and turn.question is not self._question

    def made(self, call: KeptCall) -> None:
        """The session itself called this tool."""
        self._calls.add(call)

    def is_own(self, call: KeptCall) -> bool:
        """Whether the session knows of this call, so that it can take the result."""
        return call in self._calls

    def catch_up(self, turn: KeptTurn) -> Iterator[Command]:
        """What is missing of `turn`, in order; counts as told."""
        if turn is not self._turn:
            self._begin(turn)
        if turn.question is not None and turn.question is not self._question and not turn.only_written:
            yield from self._mention(turn.question)
        while (chunk := turn.chunk(self._chunks)) is not None:
            self._chunks, pcm = chunk
            yield AppendAudio(pcm)
        missing = [kept for kept in turn.calls if kept not in self._calls]
        if (
            turn.stage is Stage.ASKED
            and turn.answer != self._asked
            and all(k.output is not None for k in missing)
        ):
            yield from self._ask(turn, missing)

    def where_it_began(self, transcript: UserTranscript) -> int | None:
        """`UserTranscript.first`, seen from the turn: with which answer the session's first piece began."""
        first = transcript.answer if transcript.first is None else transcript.first
        first = self._began_with.get(first, first)
        return None if first == transcript.answer else first

    def _mention(self, question: AskText) -> Iterator[Command]:
        """A question in writing that was gone on with in speech: said, but not to be answered alone."""
        self._question = question
        yield question
        yield CancelAnswer(question.answer, 0)

    def _ask(self, turn: KeptTurn, missing: list[KeptCall]) -> Iterator[Command]:
        assert turn.answer is not None
        assert turn.first is not None
        for kept in missing:
            self._calls.add(kept)
            yield ToolRan(kept.call.call, kept.call.name, kept.call.arguments, kept.output or "")
        if self._asked is None and turn.first != turn.answer:
            self._began_with[turn.answer] = turn.first
        self._asked, self._asked_chunks = turn.answer, self._chunks
        if self._continues and turn.came.gone_on_with:
            yield ContinueAnswer(turn.answer, self._said(turn.answer))
        elif turn.question is None or not turn.only_written:
            yield CommitTurn(turn.answer)
        else:
            self._question = turn.question
            yield turn.question
