"""One answer on its way: written by the language model, spoken piece by piece, with the tools between."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from enum import Enum

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    ProviderEvent,
    SessionConfig,
    ToolCall,
    UsageUnit,
)
from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import Pcm, ms_of_samples
from appliance.providers.cascade.cutter import Cutter
from appliance.providers.cascade.dialogue import MAX_ROUNDS, Dialogue, Exchange, Round, Spoken
from appliance.providers.cascade.plain_speech import plain_speech
from appliance.providers.cascade.speaking import Speaking
from appliance.providers.cascade.stages import Counted, Finished, MadeCall, Stages, Usage, Words

# One message of the model, from the request to its last word. The conversation itself waits at most 30 s
# for the first sound; 10 000 characters at the 20 tokens a second of a small machine take two minutes.
WRITING_TIMEOUT_S = 120.0
# Results of tools. The conversation gives a tool up long before and says so; this is for the case that it
# does not.
TOOLS_TIMEOUT_S = 300.0

_NOTHING_WRITTEN = "the language model wrote nothing"


class Progress(Enum):
    """How far the language model has come with the answer."""

    ASKED = "nothing of it was written"
    BEGUN = "more will be written"
    WRITTEN = "the last word was written"
    LEFT = "nobody wants the rest, whatever of it is on its way"


class Answering:
    """Answers one exchange of `dialogue`, which it keeps up to date. Used once."""

    def __init__(
        self,
        stages: Stages,
        config: SessionConfig,
        dialogue: Dialogue,
        exchange: Exchange,
        usage: Counter[str],
        emit: Callable[[ProviderEvent], None],
    ) -> None:
        """`usage` is added to; it is told with the answer's end, and begins anew. Of an answer without an end
        it is left to the caller to tell."""
        self._stages = stages
        self._config = config
        self._dialogue = dialogue
        self._exchange = exchange
        self._usage = usage
        self._emit = emit
        self._progress = Progress.ASKED
        self._finished = Finished()  # how the model ended its last message
        self._counted: Usage = {}  # of the message that is written
        self._told = ""  # the words that were told so far
        self._rate_hz = stages.speaking.rate_hz
        self._made_ms = 0.0
        self._spoken: Spoken | None = None  # the piece of which sound came last
        self._cutters: list[tuple[Round, Cutter]] = []  # of the rounds that are not spoken to their end
        self._news = asyncio.Event()  # more was written, or the last word was
        self._results = asyncio.Event()

    @property
    def answer(self) -> int:
        """The number of the answer."""
        return self._exchange.answer

    def got_result(self) -> None:
        """A tool has given its result, which the dialogue has."""
        self._results.set()

    def leave(self) -> None:
        """Nobody wants the rest: the dialogue keeps what it has of the answer."""
        self._progress = Progress.LEFT

    async def run(self) -> None:
        """Answer, to the end. Raises `ProviderError`."""
        if self._exchange.written:
            await self._write()
        else:
            await self._write_and_speak()
        if not self._told:
            raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, _NOTHING_WRITTEN)
        self._tell_text(final=True)
        usage = dict(self._usage)
        self._usage.clear()
        self._emit(AnswerDone(self.answer, complete=not self._finished.cut_off, usage=usage))

    async def _write_and_speak(self) -> None:
        config = self._config
        speaking = Speaking(
            self._stages.speaking, config.language, config.speed, self._tell_sound, self._tell_place
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write())
                tasks.create_task(speaking.run(self._next_piece))
        except BaseExceptionGroup as failures:
            raise _first(failures) from None
        finally:
            self._usage[UsageUnit.OUTPUT_CHARACTERS] += speaking.characters
            self._usage[UsageUnit.OUTPUT_AUDIO_MS] += round(self._made_ms)

    # ------------------------------------------------------------------ the words

    async def _write(self) -> None:
        for _ in range(MAX_ROUNDS):
            this = await self._write_round()
            if not this.calls:
                break
            await self._wait_for_results(this)
        else:
            message = f"the language model called tools {MAX_ROUNDS} times for one answer"
            raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, message)
        self._progress = Progress.WRITTEN
        self._news.set()

    async def _write_round(self) -> Round:
        messages = self._dialogue.messages(self._config.instructions, self._exchange)
        this, cutter = Round(), Cutter(sum(c.said for _, c in self._cutters))
        self._counted = {}
        self._exchange.rounds.append(this)
        self._cutters.append((this, cutter))
        try:
            async with (
                asyncio.timeout(WRITING_TIMEOUT_S),
                aclosing(self._stages.writing.write(messages, self._config)) as pieces,
            ):
                async for piece in pieces:
                    self._take(piece, this, cutter)
        except TimeoutError:
            message = f"the language model was not done after {WRITING_TIMEOUT_S:g} s"
            raise ProviderError(FailureCategory.TIMED_OUT, message) from None
        cutter.end()
        self._news.set()
        return this

    def _take(self, piece: Words | MadeCall | Counted | Finished, this: Round, cutter: Cutter) -> None:
        if isinstance(piece, Counted | Finished):
            self._count(piece.usage)
        elif self._progress is Progress.ASKED:
            self._progress = Progress.BEGUN
            self._emit(AnswerStarted(self.answer))
        if self._progress is Progress.LEFT:
            return  # since it was told that it began, or since this piece was sent
        match piece:
            case Words(text):
                this.text += text
                cutter.add(text)
                self._news.set()
                if self._exchange.written:
                    self._tell_written()
            case MadeCall():
                call = self._dialogue.unique(piece)
                this.calls.append(call)
                self._emit(ToolCall(self.answer, call.call, call.name, call.arguments))
            case Finished():
                self._finished = piece

    def _count(self, usage: Usage) -> None:
        """So much was counted of this message by now."""
        self._usage.subtract(self._counted)
        self._usage.update(usage)
        self._counted = usage

    async def _wait_for_results(self, this: Round) -> None:
        try:
            async with asyncio.timeout(TOOLS_TIMEOUT_S):
                while this.waits:
                    self._results.clear()
                    await self._results.wait()
        except TimeoutError:
            message = f"a tool gave no result within {TOOLS_TIMEOUT_S:g} s"
            raise ProviderError(FailureCategory.TIMED_OUT, message) from None

    def _tell_written(self) -> None:
        self._told = " ".join(each.text.strip() for each in self._exchange.rounds if each.text.strip())
        if self._told:
            self._tell_text(final=False)

    # ------------------------------------------------------------------ the sound

    async def _next_piece(self) -> Spoken | None:
        """The next words to be spoken; None after the last."""
        while True:
            for this, cutter in self._cutters:
                while (piece := cutter.take()) is not None:
                    if text := plain_speech(piece):
                        this.spoken.append(Spoken(text))
                        return this.spoken[-1]
                if not cutter.over:
                    break
            else:
                if self._progress is Progress.WRITTEN:
                    return None
            self._news.clear()
            await self._news.wait()

    def _tell_sound(self, spoken: Spoken, pcm: Pcm) -> None:
        if not spoken.ms:
            self._told = f"{self._told} {spoken.text}".strip()
            self._tell_text(final=False)
        self._spoken = spoken
        ms = ms_of_samples(len(pcm), self._rate_hz)
        spoken.ms += ms
        self._made_ms += ms
        self._emit(AnswerAudio(self.answer, pcm))

    def _tell_place(self) -> None:
        """All that was told of the text lies before the end of what was told of the sound."""
        if self._spoken is not None:
            self._spoken.whole = True
            self._tell_text(final=False, said_by_ms=self._made_ms)

    def _tell_text(self, *, final: bool, said_by_ms: float | None = None) -> None:
        written = self._exchange.written
        self._emit(AnswerTranscript(self.answer, self._told, final, written=written, said_by_ms=said_by_ms))


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong first: the rest of the group are its consequences."""
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
