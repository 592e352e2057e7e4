"""The turn: exact slices of what was heard, told to the provider once speech is real."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from appliance.conversation.vocabulary import (
    AppendAudio,
    Command,
    CommitTurn,
    DiscardTurn,
    OpenTurn,
    TurnEnd,
    TurnEnded,
)
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples, samples_of_ms
from appliance.pcm.gain import TurnGain
from appliance.service.record import Record

# How much of a turn is told in one message: a second, so that the burst of a long prefix stays
# small beside the socket's buffers.
_MESSAGE_SAMPLES = NEAR_RATE_HZ

# A turn is said so loud as it begins; less of it, as where a button opened it, tells nothing yet.
_WORDS_SAMPLES = (samples_of_ms(100, NEAR_RATE_HZ), samples_of_ms(1000, NEAR_RATE_HZ))


class NearHistory(Protocol):
    """The processed samples of the near end, 16 kHz (`SampleRing`)."""

    @property
    def written(self) -> int:
        """One past the last sample."""

    def read(self, start: int, count: int) -> tuple[int, Pcm]:
        """The first index still there, and the samples from it to `start + count`."""


class Provider(Protocol):
    """Who is told the turn (`Chain`)."""

    def send(self, command: Command | OpenTurn) -> None:
        """Take one command; never blocks."""


@dataclass(slots=True)
class Turn:
    """What a person said in one go. Instants are 16 kHz sample indices of the near end."""

    number: int
    onset: int
    start: int
    sent: int
    after: int = 0  # nothing before this belongs to it
    streaming: bool = False
    words_known: bool = False  # so its gain is chosen
    asked: bool = False


class Turns:
    """Opens, streams, commits and discards turns; the current one stays until the next opens."""

    def __init__(
        self,
        near: NearHistory,
        provider: Provider,
        record: Record,
        near_ms: Callable[[int], float],
        now_ms: Callable[[], float],
        prefix_samples: int,
        gain: TurnGain,
    ) -> None:
        self._near = near
        self._gain = gain
        self._provider = provider
        self._record = record
        self._near_ms = near_ms
        self._now_ms = now_ms
        self._prefix_samples = prefix_samples
        self._turn = Turn(0, 0, 0, 0)
        self._earliest = 0
        self.overrun_samples = 0

    @property
    def current(self) -> Turn:
        """The turn that was opened last; number 0 before the first."""
        return self._turn

    def open(self, onset: int, prefix_samples: int | None = None) -> None:
        """A turn begins `prefix_padding_ms` before `onset`, or so many samples, never before the end of the
        last one: of an onset that was told with that one, what is left is the turn."""
        prefix_samples = self._prefix_samples if prefix_samples is None else prefix_samples
        start = self._start(onset, self._turn.sent, prefix_samples)
        onset = max(onset, start)
        self._turn = Turn(self._turn.number + 1, onset, start, start, after=self._turn.sent)
        self._gain.begin()
        self._provider.send(OpenTurn())
        self._record.write(
            "turn_opened",
            turn=self._turn.number,
            onset_ms=round(self._near_ms(onset)),
            prefix_ms=round(ms_of_samples(onset - start, NEAR_RATE_HZ)),
        )

    def open_at(self, at: int) -> None:
        """A turn begins with sample `at`, and with nothing from before it."""
        self.open(at, prefix_samples=0)
        self._turn.after = self._turn.start

    def begin_after(self, index: int) -> None:
        """Of a turn that was not told yet, nothing before this sample belongs to it."""
        turn = self._turn
        if turn.sent == turn.start:
            turn.start = turn.sent = turn.after = max(turn.start, index)
            turn.onset = max(turn.onset, index)

    def reach_back(self, onset: int) -> None:
        """The turn turns out to have begun at `onset`, earlier than it was opened for."""
        turn = self._turn
        if turn.sent == turn.start:
            turn.start = turn.sent = min(turn.start, self._start(onset, turn.after, self._prefix_samples))

    def cut(self) -> None:
        """No turn reaches back beyond this moment: what was before it was not to be heard."""
        self._earliest = self._near.written

    def _start(self, onset: int, after: int, prefix_samples: int) -> int:
        return max(onset - prefix_samples, after, self._earliest, 0)

    def stream(self, up_to: int) -> None:
        """From here on the turn's sound may leave the box; what is there of it leaves at once."""
        self._turn.streaming = True
        self._hear_words(up_to)
        self.heard(up_to)

    def _hear_words(self, up_to: int) -> None:
        turn, (least, most) = self._turn, _WORDS_SAMPLES
        if turn.words_known or up_to - turn.onset < least:
            return
        turn.words_known = True
        count = min(up_to - turn.onset, most)
        self._gain.hear_words(self._near.read(up_to - count, count)[1])

    def heard(self, up_to: int) -> None:
        """The near history holds every sample before `up_to`: tell what may be told."""
        turn = self._turn
        while turn.streaming and turn.sent < up_to:
            first, pcm = self._near.read(turn.sent, min(_MESSAGE_SAMPLES, up_to - turn.sent))
            self.overrun_samples += first - turn.sent
            self._provider.send(AppendAudio(self._gain.apply(pcm)))
            turn.sent = first + len(pcm)

    def commit(self, end: TurnEnded, answer: int) -> None:
        """The turn is said: ask for `answer`."""
        self.heard(end.at)
        self._turn.streaming = False
        self._turn.asked = True
        self._record.write(
            "turn_committed",
            turn=self._turn.number,
            audio_ms=round(ms_of_samples(self._turn.sent - self._turn.start, NEAR_RATE_HZ)),
            cause=end.cause,
        )
        self._provider.send(CommitTurn(answer))

    def open_written(self) -> None:
        """A turn in writing: it is said as soon as it is opened."""
        self._turn = Turn(self._turn.number + 1, self._turn.sent, self._turn.sent, self._turn.sent)
        number = self._turn.number
        self._record.write("turn_opened", turn=number, onset_ms=round(self._now_ms()), prefix_ms=0)
        self._record.write("turn_committed", turn=number, audio_ms=0, cause=TurnEnd.WRITTEN)

    def take_back(self) -> None:
        """Nothing of the turn that was asked is of interest any more."""
        self._provider.send(DiscardTurn())

    def drop(self, cause: str, up_to: int) -> None:
        """As `abort`, but what was said of it may belong to the next one."""
        turn = self._turn
        if turn.sent > turn.start:
            self.take_back()
        turn.streaming = False
        turn.sent = turn.start
        self.discard(cause, round(ms_of_samples(max(up_to - turn.onset, 0), NEAR_RATE_HZ)))

    def abort(self, cause: str, up_to: int) -> None:
        """By wish, nothing of the turn is asked: what the provider knows of it is taken back. It was
        said from its onset to `up_to`."""
        if self._turn.sent > self._turn.start:
            self.take_back()
        self._turn.streaming = False
        self.cut()
        said_samples = max(up_to - self._turn.onset, 0)
        self.discard(cause, round(ms_of_samples(said_samples, NEAR_RATE_HZ)))

    def discard(self, cause: str, speech_ms: int) -> None:
        """Nothing of the turn was told, and nothing is asked."""
        self._record.write("turn_discarded", turn=self._turn.number, speech_ms=speech_ms, cause=cause)
