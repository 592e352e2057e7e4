"""What the device itself has to say: that it listens, that it cannot, and why."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from appliance.audio import earcons
from appliance.conversation.announcements import Ruling, Sound
from appliance.conversation.vocabulary import DeviceChanged, DeviceState
from appliance.errors import Cause, FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples, samples_of_ms
from appliance.service.duplex.half_duplex import RING_OUT_MS
from appliance.service.loudspeaker import Loudspeaker
from appliance.service.sentences import BUSY_SENTENCE, CAUSE_SENTENCES, DEAF_SENTENCE, HONEST_SENTENCES

# From asking for an earcon until it leaves the loudspeaker: two blocks of queue, and the device's own.
EARCON_DELAY_MS: Final = 100.0
# Sentences that are being made ready at the same time; the voice takes some 20 ms for one.
MAX_PENDING: Final = 8


def _do_nothing(heard: bool) -> None:
    pass


class Ears(Protocol):
    """What hearing is told (`Hearing`)."""

    def ignore_before(self, index: int) -> None: ...


class Announcer:
    """Speaks for the device. Belongs to the event loop."""

    def __init__(
        self,
        loudspeaker: Loudspeaker,
        ears: Ears,
        written: Callable[[], int],
        say: Callable[[str, int], Awaitable[Pcm]],
        rate_hz: int,
        person_has_floor: Callable[[], bool],
        excuse: Callable[[FailureCategory], str | None] = lambda category: None,
        note: Callable[[str, int], None] = lambda sentence, duration_ms: None,
        quiet: Callable[[], bool] = lambda: False,
    ) -> None:
        """`written()` is the newest 16 kHz index of the near end; `say(text, rate_hz)` is the voice, which
        raises ProviderError; `excuse(category)` knows better than the category why there is no answer, and
        returns "" where nothing is to be said of it; `quiet()`: nothing is to be said of its own accord;
        `note(sentence, duration_ms)` hears of every sentence that is on its way to the loudspeaker."""
        self._loudspeaker = loudspeaker
        self._ears = ears
        self._written = written
        self._say = say
        self._rate_hz = rate_hz
        self._person_has_floor = person_has_floor
        self._excuse = excuse
        self._note = note
        self._quiet = quiet
        self._microphone = DeviceChanged("microphone", DeviceState.READY, "")  # what was told of it last
        self._pending: set[asyncio.Task[None]] = set()
        self.dropped = 0  # sentences beyond `MAX_PENDING`

    @property
    def pending(self) -> set[asyncio.Task[None]]:
        """Sentences that are being made ready."""
        return set(self._pending)

    def announce_failure(self, category: FailureCategory, cause: Cause | None = None) -> None:
        """Say honestly that there is no answer, and why, unless the person has gone on talking by then."""
        known = None if cause is None else CAUSE_SENTENCES.get(cause)
        excuse = self._excuse(category)
        if excuse != "":
            self.announce(excuse or known or HONEST_SENTENCES[category])

    def sound_trouble(self) -> None:
        """Let it be heard that something is wrong; the light and the journal say what."""
        if not self._quiet():
            self.sound(earcons.trouble(self._rate_hz))

    def announce_device(self, change: DeviceChanged) -> None:
        """Say that the microphone is gone, and let it be heard that it is back."""
        if change.device != "microphone":
            return  # without a loudspeaker there is no way to say so, and with it no need to
        before, self._microphone = self._microphone.state, change
        if change.state is before:
            return
        if change.state is DeviceState.LOST:
            self.announce_deaf()
        elif before is DeviceState.LOST:
            self.sound(earcons.ready(self._rate_hz))

    def announce_deaf(self) -> None:
        """Say that the microphone is gone, or who has it."""
        self.announce(BUSY_SENTENCE if self._microphone.busy else DEAF_SENTENCE)

    def announce_mute(self, muted: bool) -> None:
        """Let it be heard whether it listens."""
        self.sound((earcons.muted if muted else earcons.ready)(self._rate_hz))

    def sound_listening(self) -> int:
        """Let it be heard that it listens; the 16 kHz sample from which on that is not heard any more."""
        return self.sound(earcons.listening(self._rate_hz))

    def sound_closed(self) -> None:
        """Let it be heard that it has stopped listening, and nothing was asked."""
        self.sound(earcons.closed(self._rate_hz))

    def say_ready(self, greeting: str) -> None:
        """Let the person know that it listens, unless he found out by himself: with `greeting`, or an earcon
        where that is empty."""
        if self._person_has_floor() or self._loudspeaker.busy or self._quiet():
            return
        if greeting:
            self.announce(greeting)
        else:
            self.sound(earcons.ready(self._rate_hz))

    async def prepare(self, text: str) -> Pcm:
        """`text` in the device's own voice, for `say`; empty where it has no sound. Raises ProviderError
        without a voice."""
        return await self._say(text, self._rate_hz)

    def say(self, text: str, pcm: Pcm) -> Ruling:
        """Say `text`, which was prepared: at once, later or never, as it returns. Nobody who waits already is
        pushed out for it."""
        return Ruling.DROP if self._loudspeaker.full else self._let_be_heard(text, pcm)

    def _let_be_heard(self, sentence: str, pcm: Pcm, over: Callable[[bool], None] = _do_nothing) -> Ruling:
        ruling = self._loudspeaker.announce(Sound.SAID, pcm, over)
        if ruling is not Ruling.DROP:
            self._note(sentence, round(ms_of_samples(len(pcm), self._rate_hz)))
        return ruling

    def sound(self, earcon: Pcm) -> int:
        """Play an earcon; what is heard meanwhile, and while the room rings, is not taken for speech. The
        16 kHz sample from which on it is; 0 where something else sounds, and not the earcon."""
        if self._loudspeaker.announce(Sound.EARCON, earcon) is Ruling.DROP:
            return 0
        lasts_ms = ms_of_samples(len(earcon), self._rate_hz) + EARCON_DELAY_MS + RING_OUT_MS
        over = self._written() + samples_of_ms(lasts_ms, NEAR_RATE_HZ)
        self._ears.ignore_before(over)
        return over

    def announce(self, sentence: str, over: Callable[[bool], None] = _do_nothing) -> None:
        """Say `sentence`, unless somebody speaks by the time it is made ready. `over(heard)`: see
        `Loudspeaker.announce`; where there is no voice it is never called."""
        if len(self._pending) >= MAX_PENDING:
            self.dropped += 1
            over(False)
            return
        task = asyncio.create_task(self._say_or_sound(sentence, over))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _say_or_sound(self, sentence: str, over: Callable[[bool], None]) -> None:
        try:
            pcm = await self._say(sentence, self._rate_hz)
        except ProviderError:
            if not self._person_has_floor():
                self._loudspeaker.announce(Sound.SAID, earcons.trouble(self._rate_hz))
            return
        if self._person_has_floor():
            over(False)
        else:
            self._let_be_heard(sentence, pcm, over)
