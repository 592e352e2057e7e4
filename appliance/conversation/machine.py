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
    FOLLOWING = "following"  # as IDLE, after an answer: speech opens a turn where else it does not
    REPLYING = "replying"  # as OPENING, in that time, which goes on if it was nothing
    OPENING = "opening"  # speech is possible, nothing has left the box
    OWING = "owing"  # as OPENING, and the turn before was not answered
    LISTENING = "listening"  # the turn is streamed to the provider
    THINKING = "thinking"  # committed, no audio yet
    HOLDING = "holding"  # as THINKING, and speech is possible: audio would be held back
    HELD = "held"  # audio is there and held back
    CUT_OFF = "cut off"  # as HELD, and no more audio will come
    SPEAKING = "speaking"
    DUCKED = "ducked"  # speech is possible: the answer plays on, quieter
    STILL = "still"  # the answer stands still until it is decided who has the floor
    DEFERRING = "deferring"  # speech is possible: the answer plays on as if it were not
    YIELDING = "yielding"  # the person has the floor as soon as the answer has ended its sentence
    SAID = "said"  # as YIELDING, and the person has said it all

    @property
    def phase(self) -> Phase:
        """The phase this state is shown as."""
        return _PHASE_OF[self]


_PHASE_OF: Mapping[State, Phase] = {
    State.IDLE: Phase.IDLE,
    State.FOLLOWING: Phase.IDLE,
    State.REPLYING: Phase.LISTENING,
    State.OPENING: Phase.LISTENING,
    State.OWING: Phase.LISTENING,
    State.LISTENING: Phase.LISTENING,
    State.THINKING: Phase.THINKING,
    State.HOLDING: Phase.THINKING,
    State.HELD: Phase.THINKING,
    State.CUT_OFF: Phase.THINKING,
    State.SPEAKING: Phase.SPEAKING,
    State.DUCKED: Phase.INTERRUPTED,
    State.STILL: Phase.INTERRUPTED,
    State.DEFERRING: Phase.SPEAKING,
    State.YIELDING: Phase.SPEAKING,
    State.SAID: Phase.SPEAKING,
}


class Happening(StrEnum):
    """What can happen; the value is the `cause` of a phase change in the event log."""

    # hearing
    SPEECH_POSSIBLE = "speech_started"
    SPEECH_SUSTAINED = "speech_sustained"
    SPEECH_REAL = "speech_real"
    SPEECH_READABLE = "speech_readable"  # a good moment to read what was said
    SPEECH_CONFIRMED = "speech_confirmed"
    SPEECH_ENDED = "speech_ended"
    TURN_ENDED = "turn_ended"
    TURN_TOO_SHORT = "too_short"
    TURN_OVERHEARD = "room_talk"  # it was nobody in particular
    WORDS_READ = "words_read"
    # what follows from the evidence
    FLOOR_TAKEN = "interruption_confirmed"
    FLOOR_LEFT = "interruption_rejected"
    STOP_SAID = "stop_said"  # nothing but that: who said it wants silence, and not the floor
    # the person's hands, and others that have a say
    PRESSED = "button"
    CALLED = "wake_word"
    CALLED_AGAIN = "wake_word_again"  # with nothing before it in a turn that speech has opened
    RELEASED = "button_released"  # after it was held
    TAPPED = "button_tapped"  # released at once
    COMMIT_WANTED = "commit"
    STOP_WANTED = "stop"
    ASKED = "asked"  # a question in writing
    RING = "ring"
    # devices
    MUTED = "muted"
    MICROPHONE_LOST = "microphone_lost"
    MOUTH_GONE = "loudspeaker_lost"  # for longer than an answer can wait
    # provider
    ANSWER_ARRIVED = "answer_arrived"  # its first audio
    ANSWER_WRITTEN = "answer_written"  # more of an answer in text alone
    ANSWER_DONE = "answer_done"  # everything was sent
    ANSWER_LOST = "answer_lost"  # it will not be continued by anybody
    TOOL_CALLED = "tool_call"
    END_HEARD = "end_heard"  # it takes the turn to be over
    # playout
    ANSWER_STARTED = "answer_started"  # it has the loudspeaker, for which it waited
    ANSWER_HEARD = "answer_heard"  # done, and its last sample left the loudspeaker
    ANSWER_STARVED = "answer_starved"  # nothing left to play although it is not done
    ANSWER_FED = "answer_fed"
    ANSWER_YIELDED = "answer_yielded"  # stands still at the end of a sentence, as it was asked to
    # deadlines
    ANSWER_LATE = "answer_late"
    ANSWER_STALLED = "answer_stalled"
    UNDECIDED = "undecided"  # `confirm_ms` passed without a decision
    UNHEARD = "unheard"  # … and hearing does not say what it makes of the speech
    FOLLOW_UP_OVER = "follow_up_over"  # nobody went on talking after an answer
    NOBODY_SPOKE = "nobody_spoke"  # … right after the wake word: whoever said it waits for a sign


class Verb(StrEnum):
    """What the conductor does, in the order of the row."""

    OPEN_TURN = "open turn"
    OPEN_PRESSED_TURN = "open pressed turn"  # it begins with the button, not with speech
    OPEN_CALLED_TURN = "open called turn"  # it begins where the wake word ended
    OPEN_WRITTEN_TURN = "open written turn"
    REACH_BACK = "reach back"  # the turn began earlier than it was opened for
    STREAM_TURN = "stream turn"
    HOLD_TURN = "hold turn"  # while the button is down
    LET_TURN_GO = "let turn go"  # after a tap
    RELEASE_TURN = "release turn"  # it ends where the button came up
    END_TURN = "end turn"  # it ends here
    COMMIT_TURN = "commit turn"
    DISCARD_TURN = "discard turn"
    DROP_TURN = "drop turn"  # it held the wake word alone, and is taken back
    TAKE_BACK_TURN = "take back turn"  # it was asked, and nobody waits for an answer any more
    ABORT_TURN = "abort turn"  # by wish: nothing of it is asked, what was sent is taken back
    FORGET_SPEECH = "forget speech"
    FORGET_ALL_SPEECH = "forget all speech"
    WANT_KEPT_SPEECH = "want kept speech"  # what was said beyond the longest turn opens one

    ASK_IN_WRITING = "ask in writing"
    PLAY_ANSWER = "play answer"
    END_ANSWER = "end answer"
    FINISH_ANSWER = "finish answer"
    CANCEL_ANSWER = "cancel answer"
    ABANDON_PROVIDER = "abandon provider"
    RUN_TOOL = "run tool"

    DUCK = "duck"
    HUSH = "hush"
    RESUME = "resume"
    YIELD = "yield"
    READ_WORDS = "read words"
    READ_OVER_RING = "read over ring"  # where an alarm rings, whose end somebody may want
    WEIGH_EVIDENCE = "weigh evidence"
    DECIDE_WHEN_HEARD = "decide when heard"  # as soon as hearing has said what it makes of the speech
    DECIDE_NOW = "decide now"
    RETELL_TURN_END = "retell turn end"  # after the decision
    RETELL_SPEECH = "retell speech"  # that may be going on, where it means something else now
    CONFIRM_INTERRUPTION = "confirm interruption"
    REJECT_INTERRUPTION = "reject interruption"

    ANNOUNCE_FAILURE = "announce failure"
    STOP_ANNOUNCEMENT = "stop announcement"  # an alarm rings on
    SILENCE = "silence"  # an alarm too
    SOUND_LISTENING = "sound listening"  # an earcon that the turn does not hold
    SOUND_CLOSED = "sound closed"  # an earcon: it has stopped listening

    AWAIT_ANSWER = "await answer"  # starts the answer deadline
    AWAIT_AUDIO = "await audio"  # starts the stall deadline
    AWAIT_DECISION = "await decision"  # starts the confirm deadline, and the one of hearing
    AWAIT_FOLLOW_UP = "await follow-up"  # starts the follow-up deadline; it may be over at once
    CLEAR_ANSWER_DEADLINE = "clear answer deadline"
    CLEAR_STALL_DEADLINE = "clear stall deadline"
    CLEAR_CONFIRM_DEADLINE = "clear confirm deadline"
    CLEAR_FOLLOW_UP_DEADLINE = "clear follow-up deadline"
    CLEAR_SIGN_DEADLINE = "clear sign deadline"


class Row(NamedTuple):
    """What one happening does in one state."""

    next: State
    verbs: tuple[Verb, ...]


Table = Mapping[tuple[State, Happening], Row]


def step(table: Table, state: State, happening: Happening) -> Row | None:
    """The row for `happening` in `state`; None where the pair is ignored on purpose."""
    return table.get((state, happening))
