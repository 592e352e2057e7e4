"""What was said, as the language model is told it: of the answers only what was heard. Pure."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from appliance.conversation.delivery import Whole, learned_from
from appliance.conversation.said_words import words_within
from appliance.conversation.spoken_length import place_of, spoken_lengths
from appliance.conversation.vocabulary import HistoryItem, ToolRan
from appliance.providers.cascade.stages import MadeCall, Message

# Exchanges kept: about ten minutes of talk; the oldest is dropped.
MAX_EXCHANGES = 40
# Characters told at once, about 6000 tokens: self-hosted models take 4000 to 32 000, and on a small
# machine each costs time. The oldest exchange is left out.
MAX_TOLD_CHARACTERS = 24_000
# Requests for one answer: a model that calls tools more often is going round in circles.
MAX_ROUNDS = 8

# What is told as heard is whole milliseconds, rounded down.
ROUNDING_MS = 1.0

NOT_UNDERSTOOD = "(What I said could not be understood. Ask me in a few words to say it again.)"
GO_ON = (
    "(Your answer was cut off after these words, which I have heard. Go on with the very next word; "
    "repeat nothing, and do not mention this.)"
)
NO_RESULT = '{"error": "there is no result yet"}'


@dataclass(slots=True)
class Spoken:
    """A piece of an answer as it was said: its words, and how much sound they have so far; `whole`: that
    is all of it."""

    text: str
    ms: float = 0.0
    whole: bool = False


@dataclass(slots=True)
class Round:
    """One message of the model: `text` as it wrote it, `spoken` as it was said of it, and its calls."""

    text: str = ""
    spoken: list[Spoken] = field(default_factory=list)
    calls: list[MadeCall] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """Some call has no result."""
        return any(call.call not in self.results for call in self.calls)

    def messages(self) -> Iterator[Message]:
        """The message, and the results of its calls."""
        if self.text.strip() or self.calls:
            yield Message("assistant", self.text.strip(), tuple(self.calls))
        for call in self.calls:
            yield Message("tool", self.results.get(call.call, NO_RESULT), call=call.call)


@dataclass(slots=True, eq=False)
class Exchange:
    """One question and its answer. Tools `ran` for it before, and `said` of the answer was given by
    somebody else."""

    answer: int
    asked: str = ""
    ran: list[Round] = field(default_factory=list)
    said: str = ""
    rounds: list[Round] = field(default_factory=list)
    written: bool = False

    def cut(self, heard_ms: float) -> bool:
        """Keep of the answer what was heard; False where that is nothing. What is written was read."""
        left_ms, read, pace_ms = heard_ms, bool(self.said), self._pace_ms()
        for each in self.rounds:
            if not self.written:
                words = []
                for spoken in each.spoken:
                    words.append(_heard(spoken, left_ms, pace_ms))
                    left_ms -= spoken.ms
                each.text = " ".join(filter(None, words))
            read = read or bool(each.text)
        return read

    def _pace_ms(self) -> float:
        """What a length of 1 takes, from the pieces that are whole."""
        pieces = [piece for each in self.rounds for piece in each.spoken if piece.whole and piece.ms]
        return learned_from(Whole(spoken_lengths(each.text)[-1], each.ms, ()) for each in pieces).pace_ms

    def messages(self, *, answered: bool) -> Iterator[Message]:
        """The exchange as messages, in the order that every server takes; not `answered`: it is to be."""
        if self.asked:
            yield Message("user", self.asked)
        yield from (message for each in self.ran for message in each.messages())
        if self.said:
            yield Message("assistant", self.said)
            if not answered:
                yield Message("user", GO_ON)
        yield from (message for each in self.rounds for message in each.messages())


class Dialogue:
    """The dialogue of one session, with the history before it.

    Bounds: `MAX_EXCHANGES`, each bounded by who writes it, and the history as it is given.
    """

    def __init__(self, history: Iterable[HistoryItem]) -> None:
        self._before = [Message(item.role, item.text) for item in history if item.text]
        self._exchanges: deque[Exchange] = deque(maxlen=MAX_EXCHANGES)
        self._made = 0

    def ask(self, answer: int, ran: Iterable[ToolRan] = (), said: str = "") -> Exchange:
        """A question begins. Tools that `ran` for it elsewhere are told as if the model had called them."""
        exchange = Exchange(answer, said=said)
        for each in ran:
            call = self.unique(MadeCall(each.call, each.name, each.arguments))
            exchange.ran.append(Round(calls=[call], results={call.call: each.output}))
        self._exchanges.append(exchange)
        return exchange

    def unique(self, call: MadeCall) -> MadeCall:
        """`call` with an id that no other call of the dialogue has; servers count from 0 in each answer."""
        known = {made.call for each in self._rounds() for made in each.calls}
        identity = call.call
        while not identity or identity in known:
            self._made += 1
            identity = f"{call.call or 'call'}-{self._made}"
        return replace(call, call=identity)

    def result(self, call: str, output: str) -> None:
        """The tool that was called as `call` gave `output`; unknown calls are passed over."""
        for each in self._rounds():
            if any(made.call == call for made in each.calls):
                each.results[call] = output

    def _rounds(self) -> Iterator[Round]:
        for exchange in self._exchanges:
            yield from exchange.ran
            yield from exchange.rounds

    def find(self, answer: int) -> Exchange | None:
        """The exchange of this answer."""
        return next((each for each in self._exchanges if each.answer == answer), None)

    def forget(self, exchange: Exchange) -> None:
        """Nothing of `exchange` is of interest any more, but for the tools that ran."""
        exchange.asked = exchange.said = ""
        exchange.rounds = [replace(each, text="") for each in exchange.rounds if each.calls]

    def messages(self, instructions: str, exchange: Exchange) -> list[Message]:
        """What is told for the next message of the model, which answers `exchange`, the last one."""
        groups = [[message] for message in self._before]
        groups += [list(each.messages(answered=each is not exchange)) for each in self._exchanges]
        told: list[Message] = []
        left = MAX_TOLD_CHARACTERS
        for group in reversed(groups):
            left -= sum(_length(message) for message in group)
            if left < 0 and told:
                break
            told[:0] = group
        merged = _merged(told)
        if not merged or merged[-1].role not in ("user", "tool"):
            merged.append(Message("user", NOT_UNDERSTOOD))
        return [Message("system", instructions), *merged] if instructions else merged


def _heard(spoken: Spoken, heard_ms: float, pace_ms: float) -> str:
    """The whole words of a piece that were heard by then. Of one whose sound still comes nobody knows how
    long it is: no shorter than at `pace_ms` a length of 1."""
    if not spoken.ms:
        return ""
    if spoken.whole and heard_ms + ROUNDING_MS >= spoken.ms:
        return spoken.text
    lengths = spoken_lengths(spoken.text)
    total_ms = spoken.ms if spoken.whole else max(spoken.ms, lengths[-1] * pace_ms)
    return words_within(spoken.text, place_of(lengths[-1] * heard_ms / total_ms, lengths))


def _merged(messages: Iterable[Message]) -> list[Message]:
    """What one side said in a row as one message: many a model's template takes no two."""
    merged: list[Message] = []
    for message in messages:
        last = merged[-1] if merged else None
        joins = last is not None and last.role == message.role and message.role in ("user", "assistant")
        if last is not None and joins and not last.calls:
            text = f"{last.text} {message.text}".strip()
            merged[-1] = replace(message, text=text)
        else:
            merged.append(message)
    return merged


def _length(message: Message) -> int:
    return len(message.text) + sum(len(call.name) + len(call.arguments) for call in message.calls)
