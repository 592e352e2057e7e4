"""How much of an answer was heard, in words: the playhead laid over the provider's messages. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from appliance.conversation.delivery import Delivery
from appliance.conversation.said_words import SaidWords
from appliance.conversation.spoken_length import spoken_lengths


@dataclass(slots=True)
class Message:
    """One message of an answer: what it says, and what of its sound came, `samples` at `rate_hz`.

    `written` text has no sound: it was read as it came. `part` counts those who gave the answer, one after
    the other, of whom `provider` gave this; `closed`: no more of its sound will come, and its text is what
    that says.
    """

    item: str | None
    text: str = ""
    samples: int = 0
    rate_hz: int = 24_000
    written: bool = False
    part: int = 0
    provider: str = ""
    closed: bool = False
    words: SaidWords = field(default_factory=SaidWords)

    @property
    def received_ms(self) -> float:
        """The duration of what came of its sound."""
        return self.samples * 1000 / self.rate_hz

    @property
    def tells_pace(self) -> bool:
        """Whether its text and its sound, once all of them came, belong together."""
        return bool(self.samples and self.text) and not (self.written or self.closed)

    def sound(self, samples: int, rate_hz: int) -> None:
        """The next samples came."""
        self.samples += samples
        self.rate_hz = rate_hz
        self.words.sound()

    def says(self, text: str, until_ms: float | None = None) -> None:
        """`text` is the whole text so far; by the vendor it has been said `until_ms` into the sound."""
        self.words.text(len(text), self.received_ms, until_ms)
        self.text = text

    def close(self, usual: Delivery) -> None:
        """Who gave it, as is `usual` of them, is lost: what was to be said after the sound that came is said
        by nobody."""
        if not self.written and not self.closed:
            self.text = self.words.heard(self.text, self.received_ms, self.received_ms, usual, closed=False)
        self.closed = True


@dataclass(frozen=True, slots=True)
class Heard:
    """What of `message` left the loudspeaker; `complete` when that was all there will ever be of it.

    `text` are the words that were heard, or read; `share` (0…1) that of its sound.
    """

    message: Message
    heard_ms: float
    share: float
    complete: bool
    text: str


def lay(
    messages: Iterable[Message], heard_ms: float, *, all_came: bool, usual: Callable[[str], Delivery]
) -> Iterator[Heard]:
    """Lay `heard_ms` over the messages in their order, whole samples of each, as the provider is told.

    The provider may have sent the text of the last message further than its sound, for it promises no
    order among the two; unless `all_came`, its sound is taken to be at least as long as the text is at the
    pace that is `usual` of the provider of that name.
    """
    left_ms = heard_ms
    order = list(messages)
    for message in order:
        closed = all_came or message.closed or message is not order[-1]
        if message.written:
            yield Heard(message, 0.0, 1.0, closed, message.text)
            continue
        samples = min(round(left_ms * message.rate_hz / 1000), message.samples)
        mine_ms = samples * 1000 / message.rate_hz
        left_ms -= mine_ms
        total_ms, delivery = message.received_ms, usual(message.provider)
        if not closed:
            total_ms = max(total_ms, spoken_lengths(message.text)[-1] * delivery.pace_ms)
        share = mine_ms / total_ms if total_ms else 0.0
        text = message.words.heard(message.text, mine_ms, message.received_ms, delivery, closed=closed)
        complete = closed and 0 < samples == message.samples
        yield Heard(message, mine_ms, share, complete, text if samples else "")
