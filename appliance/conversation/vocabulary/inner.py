"""The conversation, to itself: what was worked out beside it."""

from dataclasses import dataclass

from appliance.conversation.vocabulary.provider_events import ToolCall


@dataclass(frozen=True, slots=True)
class WordsRead:
    """The words of the run of speech that began at sample `run`; None: they could not be read."""

    run: int
    text: str | None


@dataclass(frozen=True, slots=True)
class FloorDecided:
    """Who has the floor: the person (`taken`), or the answer that was being spoken; or nobody, because the
    person wants silence (`over`)."""

    taken: bool
    over: bool = False


FloorEvent = WordsRead | FloorDecided


@dataclass(frozen=True, slots=True)
class FollowUpOver:
    """After this answer speech alone opens no turn."""


@dataclass(frozen=True, slots=True)
class ToolDone:
    """A tool has finished; `output` is what the model reads."""

    call: ToolCall
    ok: bool
    output: str
