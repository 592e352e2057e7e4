"""How long the conversation waits, and for whom."""

from collections.abc import Callable
from typing import Final

from appliance.conversation import vocabulary as v
from appliance.conversation.deadlines import Deadline, Deadlines
from appliance.service.network.clock import StreamClock
from appliance.service.rooms import ConductorOptions, Rooms

# Waits for the provider, who cannot go on while a tool runs.
_OF_THE_PROVIDER: Final = frozenset({Deadline.ANSWER, Deadline.STALL})
# At `confirm_ms` hearing tells what it makes of a run of speech, which comes half a window of the detector
# (16 ms) and its way to the event loop later.
_HEARING_LATE_MS: Final = 30
# Of a machine that is busy it comes later still, and who does not wait for it drops what is being said. Half
# a second is a pause in an answer; who is further behind does not hear.
HEARING_BEHIND_MS: Final = 500
# A person who was not understood goes on after a breath. That what was long has no word in it is known 64 to
# 180 ms into a pause, and so long after that the answer goes on: together it is more than most pauses in a
# phrase, and nobody misses an answer that stands still half a second for a cough.
BREATH_MS: Final = 300


class Waits:
    """The conductor's deadlines; `wake_at(t_ms)` is asked to have it look when the next one is due."""

    def __init__(
        self, options: ConductorOptions, rooms: Rooms, clock: StreamClock, wake_at: Callable[[float], None]
    ) -> None:
        self._options = options
        self._answers = rooms.answers
        self._tools = rooms.tools
        self._clock = clock
        self._wake_at = wake_at
        self._granted_for = 0  # the answer for which …
        self._granted: set[tuple[str, v.LinkState]] = set()  # … these providers had time of their own
        self._deadlines = Deadlines()

    def passed(self) -> list[Deadline]:
        """Those that are over by now, earliest first; each is told once."""
        return self._deadlines.pass_until(self._clock.now_ms())

    def clear(self, deadline: Deadline) -> None:
        """It is not waited for any more."""
        self._deadlines.clear(deadline)

    def await_audio(self) -> None:
        """From here on the provider has its time to go on."""
        self._await(Deadline.STALL, self._options.stall_s * 1000)

    def await_decision(self) -> None:
        """From here on it must be decided who has the floor."""
        self._await(Deadline.CONFIRM, self._options.confirm_ms + _HEARING_LATE_MS)
        self._await(Deadline.HEARING, self._options.confirm_ms + HEARING_BEHIND_MS)

    def decided(self) -> None:
        """Who has the floor is not waited for any more."""
        self._deadlines.clear(Deadline.CONFIRM)
        self._deadlines.clear(Deadline.HEARING)

    def await_breath(self) -> None:
        """From here on whoever was long and not understood may speak on before the answer does."""
        self._await(Deadline.BREATH, BREATH_MS)

    def end_breath(self) -> bool:
        """Somebody speaks, and the answer waits for him; whether it stood still for a breath."""
        running = self._deadlines.runs(Deadline.BREATH)
        self._deadlines.clear(Deadline.BREATH)
        return running

    def await_answer(self) -> None:
        """From here on the provider has its time for the first audio."""
        self.go_on()
        self._await(Deadline.ANSWER, self._options.answer_deadline_s * 1000)

    def grant_time(self, provider: str, link: v.LinkState, *, asked: bool) -> None:
        """The next provider is not to blame for the time that others took. Where it is `asked` it has its
        own for the first audio, and to go on where nothing is left to play: from its opening, and from when
        it is ready, but once for each answer. So two that are lost in turns end in a sentence."""
        current = self._answers.current
        if current != self._granted_for:
            self._granted_for, self._granted = current, set()
        if (provider, link) in self._granted:
            return
        self._granted.add((provider, link))
        if asked:
            self.await_answer()
        if self._deadlines.runs(Deadline.STALL):
            self._await(Deadline.STALL, self._options.stall_s * 1000)

    def await_follow_up(self, wait_ms: float) -> None:
        """From here on speech opens a turn for so long."""
        self._await(Deadline.FOLLOW_UP, wait_ms)

    def await_speech(self) -> None:
        """From here on whoever said the wake word has time to speak on before he is given a sign."""
        if self._options.sign_ms:
            self._await(Deadline.SIGN, self._options.sign_ms)

    def await_tool(self) -> None:
        """From here on the tools that run have their time."""
        self._await(Deadline.TOOL, self._options.tool_s * 1000)

    def await_sureness(self, sure_ms: float) -> None:
        """Nothing comes of what was asked before this instant of the stream."""
        self._await(Deadline.SURE, sure_ms - self._clock.now_ms())

    def await_loudspeaker(self) -> None:
        """From here on an answer waits for the loudspeaker to come back."""
        self._await(Deadline.MOUTH, self._options.mouth_s * 1000)

    def stand_still(self) -> None:
        """The provider of the current answer cannot go on while a tool runs for it."""
        if self._tools.awaited_by(self._answers.current):
            self._deadlines.stand_still(_OF_THE_PROVIDER, self._clock.now_ms())

    def go_on(self) -> None:
        """The provider may go on, unless a tool still runs for the current answer."""
        if not self._tools.running:
            self._deadlines.clear(Deadline.TOOL)
        if not self._tools.awaited_by(self._answers.current):
            self._deadlines.go_on(self._clock.now_ms())
            self.wake()

    def _await(self, deadline: Deadline, wait_ms: float) -> None:
        self._deadlines.start(deadline, self._clock.now_ms(), wait_ms)
        self.wake()

    def wake(self) -> None:
        """Have what is due next pass in time."""
        due_ms = self._deadlines.next_ms()
        if due_ms is not None:
            self._wake_at(due_ms)
