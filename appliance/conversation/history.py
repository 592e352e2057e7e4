"""What was said, and of the answers only what was heard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from appliance.conversation.delivery import UNKNOWN, Delivery, learned_from
from appliance.conversation.heard import Heard, Message, lay
from appliance.conversation.vocabulary import AnswerTranscript, HistoryItem, Role, UserTranscript

# Exchanges kept for the next provider: about ten minutes of talk; the oldest is dropped.
MAX_EXCHANGES = 40
# Characters kept of one message; 240 s of fast speech are about 5000.
MAX_CHARACTERS = 8000
# Messages kept of one answer: a word before each call of a tool and one after; what is more joins the last.
MAX_MESSAGES = 32


@dataclass(slots=True)
class Exchange:
    """One question and its answer.

    `heard_ms` left the loudspeaker so far; `all_came`: the provider has sent everything;
    `complete`: and all of it was heard. `told_within`: what was asked is part of a later question. `part`
    counts the providers that gave the answer, one after the other, of whom `provider` is the last.
    """

    answer: int
    turn: int
    question: str = ""
    question_item: str | None = None
    told_within: bool = False
    messages: list[Message] = field(default_factory=list)
    heard_ms: int = 0
    all_came: bool = False
    complete: bool = False
    part: int = 0
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the conversation, as it was: `text` is what was heard of it, or read.

    `turn` is the person's turn that it belongs to, `item` the provider's name for the message. Of an
    answer's sound `heard_ms` was heard, which is the share `heard` (0…1), and `complete` when it was all.
    """

    conversation: str
    turn: int
    role: Role
    text: str
    item: str | None
    heard_ms: int = 0
    heard: float = 1.0
    complete: bool = True


class History:
    """The last `MAX_EXCHANGES` exchanges of the conversation with this id, keyed by the answer's number.

    What is about an answer that it does not keep is passed over.
    """

    def __init__(self, conversation: str) -> None:
        self.conversation = conversation
        self._exchanges: dict[int, Exchange] = {}
        self._usual: dict[str, Delivery] = {}  # of each provider, also when its answers are kept no longer
        self._recalled: tuple[HistoryItem, ...] = ()

    # ------------------------------------------------------------------ what happens

    def opened(self, answer: int, turn: int) -> None:
        """`answer` is asked for, in `turn`."""
        self._exchanges[answer] = Exchange(answer, turn)
        if len(self._exchanges) > MAX_EXCHANGES:
            del self._exchanges[min(self._exchanges)]

    def asked(self, transcript: UserTranscript) -> None:
        """What the person said, so far or finally."""
        exchange = self._exchanges.get(transcript.answer)
        if exchange is None:
            return
        exchange.question = transcript.text[:MAX_CHARACTERS]
        exchange.question_item = transcript.item or exchange.question_item
        if transcript.first is not None:
            for answer, earlier in self._exchanges.items():
                earlier.told_within |= transcript.first <= answer < transcript.answer

    def begun(self, answer: int, provider: str = "") -> None:
        """The provider of this name began to answer: words of somebody else of which no sound came will not
        be spoken."""
        exchange = self._exchanges.get(answer)
        if exchange is not None:
            exchange.provider = provider
            exchange.messages = [each for each in exchange.messages if each.samples or each.written]

    def broke_off(self, answer: int) -> None:
        """Who gave the answer is lost: it says no more than the sound of it that came, until somebody else
        goes on."""
        exchange = self._exchanges.get(answer)
        if exchange is not None:
            exchange.messages = [each for each in exchange.messages if each.samples or each.written]
            if exchange.messages:
                last = exchange.messages[-1]
                last.close(self._usual_of(last.provider))
            exchange.part += 1

    def answered(self, transcript: AnswerTranscript) -> None:
        """What the answer says, so far or finally, and also when it is over already."""
        exchange = self._exchanges.get(transcript.answer)
        if exchange is not None:
            message = _message(exchange, transcript.item)
            text = transcript.text if transcript.item_text is None else transcript.item_text
            message.says(text[:MAX_CHARACTERS], transcript.said_by_ms)
            message.written = transcript.written
            if exchange.all_came:
                self._learn(exchange.provider)

    def received(self, answer: int, item: str | None, samples: int, rate_hz: int) -> None:
        """The next `samples` of the answer came."""
        exchange = self._exchanges.get(answer)
        if exchange is not None:
            _message(exchange, item).sound(samples, rate_hz)

    def all_came(self, answer: int) -> None:
        """The provider has sent everything of the answer."""
        exchange = self._exchanges.get(answer)
        if exchange is not None:
            exchange.all_came = True
            self._learn(exchange.provider)

    def heard(self, answer: int, heard_ms: int, *, complete: bool = False) -> None:
        """So much of the answer left the loudspeaker; `complete`: all of it did."""
        exchange = self._exchanges.get(answer)
        if exchange is not None:
            exchange.heard_ms, exchange.complete = heard_ms, complete

    def recall(self, items: Sequence[HistoryItem]) -> None:
        """`items` were said before this conversation began; no more is kept of them than of the exchanges,
        whose places they take until there are as many."""
        self._recalled = tuple(items)

    def forget(self) -> None:
        """Nothing was ever said; what comes late of it is passed over."""
        self._exchanges.clear()
        self._recalled = ()

    # ------------------------------------------------------------------ what was said

    def turn_of(self, answer: int) -> int | None:
        """The turn that this answer answers."""
        exchange = self._exchanges.get(answer)
        return None if exchange is None else exchange.turn

    def item_of(self, answer: int) -> str | None:
        """The provider's name for the message that was heard last of the answer, or came first."""
        exchange = self._exchanges.get(answer)
        if exchange is None or not exchange.messages:
            return None
        heard = [each.message for each in self._lay(exchange, exchange.heard_ms) if each.share > 0]
        return (heard[-1] if heard else exchange.messages[0]).item

    def reply(self, answer: int) -> str:
        """The whole text of this answer as far as it came, heard or not."""
        exchange = self._exchanges.get(answer)
        return "" if exchange is None else " ".join(each.text for each in exchange.messages if each.text)

    def items(self, before: int | None = None, to_be_heard: int | None = None) -> tuple[HistoryItem, ...]:
        """What was said before the answer of that number (None: so far), oldest first, without empty
        utterances; of an answer that is `to_be_heard` all that came, of any other what was heard."""
        items = list(self.recalled)
        for exchange in self._in_order(before):
            if exchange.question and not exchange.told_within:
                items.append(HistoryItem("user", exchange.question))
            heard_ms = None if exchange.answer == to_be_heard else exchange.heard_ms
            spoken = " ".join(heard.text for heard in self._lay(exchange, heard_ms) if heard.text)
            if spoken:
                items.append(HistoryItem("assistant", spoken))
        return tuple(items)

    @property
    def recalled(self) -> tuple[HistoryItem, ...]:
        """What was said before this conversation began, as far as it is kept."""
        kept = 2 * (MAX_EXCHANGES - len(self._exchanges))
        return self._recalled[-kept:] if kept > 0 else ()

    def lines(self) -> tuple[Line, ...]:
        """Every message that was said and heard, oldest first."""
        return tuple(line for exchange in self._in_order(None) for line in self._lines_of(exchange))

    def _lines_of(self, exchange: Exchange) -> Iterator[Line]:
        if exchange.question and not exchange.told_within:
            yield Line(self.conversation, exchange.turn, "user", exchange.question, exchange.question_item)
        for heard in self._lay(exchange, exchange.heard_ms):
            if heard.text:
                yield Line(
                    self.conversation,
                    exchange.turn,
                    "assistant",
                    heard.text,
                    heard.message.item,
                    int(heard.heard_ms),
                    round(heard.share, 3),
                    heard.complete,
                )

    def _in_order(self, before: int | None) -> Iterator[Exchange]:
        for answer in sorted(self._exchanges):
            if before is None or answer < before:
                yield self._exchanges[answer]

    def _lay(self, exchange: Exchange, heard_ms: float | None) -> Iterator[Heard]:
        """The messages, `heard_ms` of them being heard; None: all that came."""
        if exchange.complete:  # also what the resamplers rounded away
            return (Heard(each, each.received_ms, 1.0, True, each.text) for each in exchange.messages)
        if heard_ms is None:
            heard_ms = sum(each.received_ms for each in exchange.messages)
        return lay(exchange.messages, heard_ms, all_came=exchange.all_came, usual=self._usual_of)

    def _usual_of(self, provider: str) -> Delivery:
        return self._usual.get(provider, UNKNOWN)

    def _learn(self, provider: str) -> None:
        """How this provider delivers, from its answers that came whole."""
        learned = learned_from(
            message.words.whole(message.text, message.received_ms)
            for answer in sorted(self._exchanges, reverse=True)
            if self._exchanges[answer].all_came
            for message in self._exchanges[answer].messages
            if message.provider == provider and message.tells_pace
        )
        if learned.learned:
            self._usual[provider] = learned


def _message(exchange: Exchange, item: str | None) -> Message:
    """The answer's message of this name, a new one where there is none and room for one."""
    for message in exchange.messages:
        if message.item == item and message.part == exchange.part:
            return message
    if len(exchange.messages) == MAX_MESSAGES:
        return exchange.messages[-1]
    exchange.messages.append(Message(item, part=exchange.part, provider=exchange.provider))
    return exchange.messages[-1]
