"""One answer on its way: where it stands, what of it has come, what of it was heard.

With tools an answer takes several responses of the server: one that calls, and one more once all
results are told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from appliance.errors import ProtocolViolation
from appliance.providers.openai.session_frames import WIRE_RATE_HZ

# A spoken answer has one item, with a tool call two; more than this is no answer.
MAX_ITEMS = 32
# An answer of 240 s, the longest that is played, has about 5000 characters.
MAX_TRANSCRIPT_CHARACTERS = 100_000

_SAMPLES_PER_MS = WIRE_RATE_HZ // 1000


class State(Enum):
    """Where an answer stands with the server."""

    QUEUED = "not asked for yet: the server is still busy with another one"
    ASKED = "response.create was sent"
    DOOMED = "asked for, and to be cancelled as soon as it has a name"
    ACTIVE = "being generated"
    CANCELLING = "response.cancel was sent; the server is not done"
    CALLING = "the server is done for now; results of tools are awaited"
    FINISHED = "the server has sent everything"
    CANCELLED = "of no interest any more, and the server is done with it"


class Happening(Enum):
    """What can happen to an answer."""

    ASK = "response.create is sent"
    BUSY = "the server refused it because of another response"
    REFUSED = "the server refused it"
    CREATED = "response.created"
    DONE = "response.done"
    CALLED = "response.done, after calls of tools"
    CANCEL = "we want no more of it"


_NEXT: Mapping[tuple[State, Happening], State] = {
    (State.QUEUED, Happening.ASK): State.ASKED,
    (State.QUEUED, Happening.CANCEL): State.CANCELLED,
    (State.ASKED, Happening.BUSY): State.QUEUED,
    (State.ASKED, Happening.REFUSED): State.FINISHED,
    (State.ASKED, Happening.CREATED): State.ACTIVE,
    (State.ASKED, Happening.CANCEL): State.DOOMED,
    (State.DOOMED, Happening.BUSY): State.CANCELLED,
    (State.DOOMED, Happening.REFUSED): State.CANCELLED,
    (State.DOOMED, Happening.CREATED): State.CANCELLING,
    (State.ACTIVE, Happening.DONE): State.FINISHED,
    (State.ACTIVE, Happening.CALLED): State.CALLING,
    (State.ACTIVE, Happening.CANCEL): State.CANCELLING,
    (State.CALLING, Happening.ASK): State.ASKED,
    (State.CALLING, Happening.CANCEL): State.CANCELLED,
    (State.CANCELLING, Happening.DONE): State.CANCELLED,
    (State.FINISHED, Happening.CANCEL): State.CANCELLED,
}
# The server generates one response at a time, and in these states it is this one.
_OCCUPYING = frozenset({State.ASKED, State.DOOMED, State.ACTIVE, State.CANCELLING})


@dataclass(slots=True)
class Item:
    """One message of an answer. `heard_samples` counts once the answer was cancelled."""

    item_id: str
    content_index: int = 0
    received_samples: int = 0
    heard_samples: int = 0
    transcript: str = ""
    written: bool = False  # it has no sound: what came of it was read


@dataclass(frozen=True, slots=True)
class Truncation:
    """What the server is told about the item that was playing; `audio_end_ms` is at least 1."""

    item_id: str
    content_index: int
    audio_end_ms: int


class Answer:
    """The answer with this `number`, in text alone if `written`; it begins by `instructions` of its own if
    not empty.

    At most `MAX_ITEMS` messages, and as many calls; sound is counted, not kept.
    """

    def __init__(self, number: int, *, written: bool = False, instructions: str = "") -> None:
        self.number = number
        self.written = written
        self._instructions = instructions
        self.state = State.QUEUED
        self.response_id = ""  # of the latest response
        self.has_called = False  # in the latest response
        self._items: dict[str, Item] = {}
        self._calls: dict[str, str | None] = {}  # item id → call id, once the call was passed on
        self._transcript_characters = 0

    def may(self, happening: Happening) -> bool:
        """Whether `happening` means anything to this answer now."""
        return (self.state, happening) in _NEXT

    def step(self, happening: Happening) -> State:
        """Take one step and return the new state; `KeyError` where `may` is false."""
        self.state = _NEXT[self.state, happening]
        if happening is Happening.ASK:
            self.has_called = False
        return self.state

    @property
    def instructions(self) -> str:
        """Those of its next response: what was to be said first is not to be said after a call again."""
        return "" if self._transcript_characters else self._instructions

    @property
    def occupies_server(self) -> bool:
        """Whether a `response.create` sent now would be refused because of this answer."""
        return self.state in _OCCUPYING

    def item(self, item_id: str) -> Item:
        """The item with this id, in the order in which they appeared."""
        item = self._items.get(item_id)
        if item is None:
            if len(self._items) >= MAX_ITEMS:
                raise ProtocolViolation(f"the server sent an answer of more than {MAX_ITEMS} items")
            item = self._items[item_id] = Item(item_id)
        return item

    def note_call_item(self, item_id: str) -> None:
        """The server is making an item that is a call."""
        self._calls.setdefault(item_id, None)
        if len(self._calls) > MAX_ITEMS:
            raise ProtocolViolation(f"the server called more than {MAX_ITEMS} tools for one answer")

    def note_call(self, call_id: str, item_id: str) -> bool:
        """The call is whole, and passed on; False where it was already."""
        self.note_call_item(item_id)
        if call_id in self._calls.values():
            return False
        self._calls[item_id] = call_id
        self.has_called = True
        return True

    def set_transcript(self, item: Item, text: str) -> str:
        """`item` says `text` (all of it so far); returns what the whole answer says so far."""
        self._transcript_characters += len(text) - len(item.transcript)
        if self._transcript_characters > MAX_TRANSCRIPT_CHARACTERS:
            raise ProtocolViolation(f"the server sent more than {MAX_TRANSCRIPT_CHARACTERS} characters")
        item.transcript = text
        return " ".join(each.transcript for each in self._items.values() if each.transcript)

    def settle(self, heard_ms: int, *, finished: bool) -> Truncation | None:
        """Lay `heard_ms` over the items in order; the truncation that tells the server, if any.

        An item that was heard to its end is truncated only while the server may hold more of it
        than it has sent, that is when the answer is not `finished` and it is the last one.
        """
        left = max(heard_ms, 0) * _SAMPLES_PER_MS
        playing: Item | None = None
        last: Item | None = None
        for item in self._items.values():
            heard = min(left, item.received_samples)
            left -= heard
            item.heard_samples = heard - heard % _SAMPLES_PER_MS
            if item.received_samples:
                last = item
            if item.heard_samples:
                playing = item
        if playing is None:
            return None
        to_its_end = playing.received_samples - playing.heard_samples < _SAMPLES_PER_MS
        if to_its_end and (finished or playing is not last):
            return None
        return Truncation(playing.item_id, playing.content_index, playing.heard_samples // _SAMPLES_PER_MS)

    def unheard(self) -> Iterator[str]:
        """After `settle`: the ids of the items that came to nothing: not heard, not read, not called."""
        for item in self._items.values():
            if not item.heard_samples and not item.written:
                yield item.item_id
        yield from (item_id for item_id, call_id in self._calls.items() if call_id is None)
