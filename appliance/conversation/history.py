"""What was said, as text, and of the answers only what was heard."""

from dataclasses import dataclass, replace

from appliance.conversation.vocabulary import HistoryItem

# Exchanges kept for the next provider: about ten minutes of talk; the oldest is dropped.
MAX_EXCHANGES = 40
# Characters kept of one utterance; 240 s of fast speech are about 5000.
MAX_CHARACTERS = 8000


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer. `heard` is the share of the answer's audio that was heard, 0…1."""

    answer: int
    question: str = ""
    reply: str = ""
    heard: float = 0.0


def heard_text(reply: str, heard: float) -> str:
    """The words of `reply` that fit into the share `heard` (0…1) of its audio, whole words only.

    Characters stand for time; that is off by the speaker's change of pace within the answer.
    """
    if heard >= 1.0:
        return reply
    cut = int(len(reply) * max(heard, 0.0))
    if cut < len(reply) and reply[cut : cut + 1].strip():
        cut = reply.rfind(" ", 0, cut + 1)
    return reply[: max(cut, 0)].rstrip()


class History:
    """The last `MAX_EXCHANGES` exchanges, keyed by the answer's number."""

    def __init__(self) -> None:
        self._exchanges: dict[int, Exchange] = {}

    def _change(self, answer: int, **fields: str | float) -> None:
        known = self._exchanges.get(answer, Exchange(answer))
        self._exchanges[answer] = replace(known, **fields)  # type: ignore[arg-type]
        if len(self._exchanges) > MAX_EXCHANGES:
            del self._exchanges[min(self._exchanges)]

    def asked(self, answer: int, text: str) -> None:
        """The person said `text` (the whole text so far) before `answer`."""
        self._change(answer, question=text[:MAX_CHARACTERS])

    def answered(self, answer: int, text: str) -> None:
        """`answer` says `text` (the whole text so far)."""
        self._change(answer, reply=text[:MAX_CHARACTERS])

    def heard(self, answer: int, share: float) -> None:
        """The share (0…1) of `answer` that left the loudspeaker."""
        self._change(answer, heard=min(max(share, 0.0), 1.0))

    def items(self, before: int | None = None) -> tuple[HistoryItem, ...]:
        """What was said before the answer of that number (None: so far), oldest first, without empty
        utterances; of an answer that is being played what is settled of it."""
        items: list[HistoryItem] = []
        for number in sorted(n for n in self._exchanges if before is None or n < before):
            exchange = self._exchanges[number]
            if exchange.question:
                items.append(HistoryItem("user", exchange.question))
            spoken = heard_text(exchange.reply, exchange.heard)
            if spoken:
                items.append(HistoryItem("assistant", spoken))
        return tuple(items)
