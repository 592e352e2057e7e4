"""How much of an answer was heard, in words: the playhead laid over the provider's messages. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# The quickest voice here says 20 characters a second (espeak-ng at 165 words a minute, a long sentence:
# 49 ms each; books read aloud: 62…83 ms). Text never stands for less sound than this.
MS_PER_CHARACTER = 50.0


@dataclass(slots=True)
class Message:
    """One message of an answer: what it says, and what of its sound came, `samples` at `rate_hz`.

    `written` text has no sound: it was read as it came.
    """

    item: str | None
    text: str = ""
    samples: int = 0
    rate_hz: int = 24_000
    written: bool = False

    @property
    def received_ms(self) -> float:
        """The duration of what came of its sound."""
        return self.samples * 1000 / self.rate_hz


@dataclass(frozen=True, slots=True)
class Heard:
    """What of `message` left the loudspeaker; `complete` when that was all there will ever be of it."""

    message: Message
    heard_ms: float
    share: float
    complete: bool

    @property
    def text(self) -> str:
        """The words that were heard, or read."""
        return heard_text(self.message.text, self.share)


def lay(
    messages: Iterable[Message], heard_ms: int, *, all_came: bool, ms_per_character: float
) -> Iterator[Heard]:
    """Lay `heard_ms` over the messages in their order, whole samples of each, as the provider is told.

    The provider may have sent the text of the last message further than its sound, for it promises no
    order among the two; unless `all_came`, its sound is taken to be at least as long as the text is with
    `ms_per_character`.
    """
    left_ms = float(heard_ms)
    order = list(messages)
    for message in order:
        if message.written:
            yield Heard(message, 0.0, 1.0, complete=all_came or message is not order[-1])
            continue
        samples = min(round(left_ms * message.rate_hz / 1000), message.samples)
        mine_ms = samples * 1000 / message.rate_hz
        left_ms -= mine_ms
        closed = all_came or message is not order[-1]
        total_ms = message.received_ms
        if not closed:
            total_ms = max(total_ms, len(message.text) * ms_per_character)
        share = mine_ms / total_ms if total_ms else 0.0
        yield Heard(message, mine_ms, share, complete=closed and 0 < samples == message.samples)


def heard_text(text: str, share: float) -> str:
    """The words of `text` that fit into the share (0…1) of its sound, whole words only.

    Characters stand for time; that is off by the speaker's change of pace within the message.
    """
    if share >= 1.0:
        return text
    cut = int(len(text) * max(share, 0.0))
    if cut < len(text) and text[cut : cut + 1].strip():
        cut = text.rfind(" ", 0, cut + 1)
    return text[: max(cut, 0)].rstrip()
