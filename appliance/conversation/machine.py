"""The conversation's state machine: its states, what can happen to it, and what it then does.

The rows stand in `table.py`. A state is finer than a phase where a flag would otherwise be
needed; to the outside (event log, light, status) only the phase is shown.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Phase(StrEnum):
    """What a person is told the device is doing (public contract: event log)."""

    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    INTERRUPTED = "interrupted"


class State(StrEnum):
    """Where the conversation stands."""

    IDLE = "idle"
    OPENING = "opening"  # speech is possible, nothing has left the box
    LISTENING = "listening"  # the turn is streamed to the provider
    THINKING = "thinking"  # committed, no audio yet
    HOLDING = "holding"  # as THINKING, and speech is possible: audio would be held back
    HELD = "held"  # audio is there and held back
    SPEAKING = "speaking"
    DUCKED = "ducked"  # speech is possible: the answer plays on, quieter
    STILL = "still"  # the answer stands still until it is decided who has the floor

    @property
    def phase(self) -> Phase:
        """The phase this state is shown as."""
        return _PHASE_OF[self]


_PHASE_OF: Mapping[State, Phase] = {
    State.IDLE: Phase.IDLE,
    State.OPENING: Phase.LISTENING,
    State.LISTENING: Phase.LISTENING,
    State.THINKING: Phase.THINKING,
    State.HOLDING: Phase.THINKING,
    State.HELD: Phase.THINKING,
    State.SPEAKING: Phase.SPEAKING,
    State.DUCKED: Phase.INTERRUPTED,
    State.STILL: Phase.INTERRUPTED,
}


class Happening(StrEnum):
    """What can happen; the value is the `cause` of a phase change in the event log."""

    # hearing
    SPEECH_POSSIBLE = "speech_started"
    SPEECH_SUSTAINED = "speech_sustained"
    SPEECH_REAL = "speech_real"
    SPEECH_CONFIRMED = "speech_confirmed"
    SPEECH_ENDED = "speech_ended"
    TURN_ENDED = "turn_ended"
    TURN_TOO_SHORT = "too_short"
    # provider
    ANSWER_ARRIVED = "answer_arrived"  # its first audio
    ANSWER_DONE = "answer_done"  # everything was sent
    ANSWER_LOST = "answer_lost"  # it will not be continued by anybody
    # playout
    ANSWER_HEARD = "answer_heard"  # done, and its last sample left the loudspeaker
    ANSWER_STARVED = "answer_starved"  # nothing left to play although it is not done
    ANSWER_FED = "answer_fed"
    # deadlines
    ANSWER_LATE = "answer_late"
    ANSWER_STALLED = "answer_stalled"
    UNDECIDED = "undecided"  # `confirm_ms` passed without a decision


class Verb(StrEnum):
    """What the conductor does, in the order of the row."""

    OPEN_TURN = "open turn"
    STREAM_TURN = "stream turn"
    COMMIT_TURN = "commit turn"
    DISCARD_TURN = "discard turn"
    FORGET_SPEECH = "forget speech"

    PLAY_ANSWER = "play answer"
    END_ANSWER = "end answer"
    FINISH_ANSWER = "finish answer"
    CANCEL_ANSWER = "cancel answer"
    ABANDON_PROVIDER = "abandon provider"

    DUCK = "duck"
    HUSH = "hush"
    RESUME = "resume"
    CONFIRM_INTERRUPTION = "confirm interruption"
    REJECT_INTERRUPTION = "reject interruption"

    ANNOUNCE_FAILURE = "announce failure"
    STOP_ANNOUNCEMENT = "stop announcement"

    AWAIT_ANSWER = "await answer"  # starts the answer deadline
    AWAIT_AUDIO = "await audio"  # starts the stall deadline
    AWAIT_DECISION = "await decision"  # starts the confirm deadline
    CLEAR_ANSWER_DEADLINE = "clear answer deadline"
    CLEAR_STALL_DEADLINE = "clear stall deadline"
    CLEAR_CONFIRM_DEADLINE = "clear confirm deadline"


class Row(NamedTuple):
    """What one happening does in one state."""

    next: State
    verbs: tuple[Verb, ...]


Table = Mapping[tuple[State, Happening], Row]


def step(table: Table, state: State, happening: Happening) -> Row | None:
    """The row for `happening` in `state`; None where the pair is ignored on purpose."""
    return table.get((state, happening))
