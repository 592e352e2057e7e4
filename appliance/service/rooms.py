"""Whom the conductor conducts, and by which options."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from appliance.conversation import vocabulary as v
from appliance.conversation.attention import Attention
from appliance.errors import Cause, FailureCategory
from appliance.service.answers import Answers
from appliance.service.floor import Floor
from appliance.service.loudspeaker import Loudspeaker, Mouth
from appliance.service.toolbox.tool_calls import ToolCalls
from appliance.service.turns import Turns


class Ears(Protocol):
    """What the conductor tells hearing (`Hearing`)."""

    @property
    def heard_until(self) -> int: ...
    def forget(self) -> None: ...
    def forget_all(self) -> None: ...
    def want_kept(self) -> None: ...
    def forget_kept_before(self, index: int) -> None: ...
    def hold(self, at: int) -> None: ...
    def call(self, word: v.WakeWordHeard) -> None: ...
    def release(self, at: int, *, held: bool) -> None: ...
    def end_turn(self, at: int, cause: v.TurnEnd) -> None: ...


class Chain(Protocol):
    """What the conductor tells the chain, beyond what turns and answers tell it."""

    def abandon(self) -> None: ...


class Announcer(Protocol):
    """Who tells the person what is the matter."""

    def announce_failure(self, category: FailureCategory, cause: Cause | None) -> None: ...
    def announce_device(self, change: v.DeviceChanged) -> None: ...
    def announce_mute(self, muted: bool) -> None: ...
    def announce_deaf(self) -> None: ...
    def sound_listening(self) -> int: ...
    def sound_closed(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ConductorOptions:
    """The waits of a conversation."""

    confirm_ms: int = 700
    answer_deadline_s: float = 6.0
    # Longer than any pause a realtime voice makes in mid-answer, shorter than a person's patience.
    stall_s: float = 4.0
    # A tool that takes longer than this is lost: people do not wait for it.
    tool_s: float = 30.0
    # Long enough to put a plug back, short enough to remember what the answer was about.
    mouth_s: float = 15.0
    # Whoever speaks on after the wake word does so within this; whoever waits longer waits for a sign.
    sign_ms: int = 600  # 0: none is given


@dataclass(frozen=True, slots=True)
class Rooms:
    """Whom the conductor conducts."""

    attention: Attention
    ears: Ears
    mouth: Mouth
    chain: Chain
    turns: Turns
    answers: Answers
    loudspeaker: Loudspeaker
    floor: Floor
    tools: ToolCalls
    announcer: Announcer
    set_muted: Callable[[bool], None]
    rings: Callable[[], bool]  # an alarm does, or is about to once more
