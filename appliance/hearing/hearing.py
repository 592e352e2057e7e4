"""The way of the near end from the capture ring to speech events."""

from collections.abc import Callable

import numpy as np

from appliance.conversation.vocabulary import Forgotten, SpeechEvent, TurnEnd, WakeWordHeard
from appliance.hearing.echo.echo_guard import EchoGuard
from appliance.hearing.echo.echo_stage import EchoStage
from appliance.hearing.inbox import Inbox
from appliance.hearing.index_map import IndexMap
from appliance.hearing.microphone_meter import MicrophoneMeasure, MicrophoneMeter
from appliance.hearing.speech.detector import SpeechDetector
from appliance.hearing.speech.edges import SpeechEdges
from appliance.hearing.speech.faint_speech import FaintSpeech
from appliance.hearing.speech.quiet_gate import QuietGate
from appliance.hearing.speech.room_talk import RoomTalk
from appliance.hearing.turns.turn_detector import TurnDetector, TurnOptions
from appliance.hearing.turns.turn_judge import TurnJudge
from appliance.hearing.wake_word.wake_word import WakeWordDetector
from appliance.hearing.wake_word.word_watch import WordWatch
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.pcm.resample import Resampler
from appliance.pcm.ring import SampleRing
from appliance.pcm.zero_line import ZeroLine

BLOCK_MS = 100  # taken from the ring in one copy, at most: more than is waiting after a rest
MAX_PUMP_BLOCKS = 10  # 1 s of sound costs some 30 ms: commands wait no longer than that


class Hearing:
    """Reads the capture ring, keeps the history of 16 kHz samples, and posts speech events.

    It begins with the next sample that is written to `capture`; that one is 16 kHz index 0, the
    first of `history`, which must be empty and is written by nobody else. What the capture ring
    overwrote before it was read is counted and bridged with silence, so an index stays an instant.

    `pump` belongs to one thread. What others wish (`forget` … `ignore_before`) may be called from any
    thread; it takes effect at the beginning of the next pump, in its order, and what it leads to is
    posted like everything else. `history` is as long as its owner needs to look back: the longest
    turn, what is kept beyond it, and the prefix.
    """

    def __init__(
        self,
        options: TurnOptions,
        detector: SpeechDetector,
        capture: SampleRing,
        capture_rate_hz: int,
        history: SampleRing,
        post: Callable[[SpeechEvent], None],
        echo: EchoStage | None = None,
        judge: TurnJudge | None = None,
        wake_word: WakeWordDetector | None = None,
    ) -> None:
        """With `echo` the history, and all that is judged by it, is without the loudspeaker's sound;
        `judge` is asked whether turns are over, where the options say so; `wake_word` is listened for."""
        window_samples = detector.window_samples
        self._detector = detector
        self._gate = detector if isinstance(detector, QuietGate) else None
        watch = None if wake_word is None else WordWatch(wake_word, history, window_samples)
        self._word_watch = watch
        self._capture = capture
        self._history = history
        self._post = post
        self._judge = judge
        self._resampler = Resampler(capture_rate_hz, NEAR_RATE_HZ)
        self._zero = ZeroLine(NEAR_RATE_HZ)
        self._echo = echo
        self._meter = MicrophoneMeter(window_samples)
        self._faint = FaintSpeech(window_samples)
        self._guard = EchoGuard(window_samples)
        self._room = RoomTalk(window_samples, options.silence_threshold)
        self._edges = SpeechEdges(window_samples)
        self._turns = TurnDetector(options, self._edges, window_samples)
        self._inbox = Inbox()
        self._block = np.zeros(samples_of_ms(BLOCK_MS, capture_rate_hz), dtype=np.int16)
        self._window = np.zeros(window_samples, dtype=np.int16)
        self._read = capture.written
        self._heard_until = 0
        self._overrun_samples = 0
        self._ignored = 0  # what was heard before this counts for nothing
        self.indices = IndexMap(capture_rate_hz, self._read, self._resampler.delay_samples)

    @property
    def heard_until(self) -> int:
        """One past the last 16 kHz sample that was judged; what is younger has said nothing yet."""
        return self._heard_until

    @property
    def waiting_samples(self) -> int:
        """How many samples of the device were captured and not taken yet."""
        return self._capture.written - self._read

    @property
    def overrun_samples(self) -> int:
        """How many samples of the device were lost because hearing came too late."""
        return self._overrun_samples

    @property
    def learnt(self) -> tuple[int, int]:
        """The silence that ends a turn by itself, in 16 kHz samples, and of how many pauses it was learnt."""
        return self._turns.learnt

    @property
    def microphone(self) -> MicrophoneMeasure:
        """What the microphone gives, by now. From any thread."""
        return self._meter.measure

    @property
    def resting(self) -> bool:
        """Whether nothing stirs and nothing sounds: then what is new may wait for a moment."""
        quiet = self._gate is not None and self._gate.asleep
        return quiet and (self._echo is None or not self._echo.cancelling)

    def forget(self) -> None:
        """As if nothing had been said: speech that goes on opens a new turn. `Forgotten` is posted."""
        self._inbox.put(lambda turns: self._forgotten(turns.forget))

    def forget_all(self) -> None:
        """`forget`, and what was kept of speech beyond a turn's greatest length as well."""
        self._inbox.put(self._forgotten_all)

    def forget_kept_before(self, index: int) -> None:
        """What was kept before this 16 kHz sample was asked."""
        self._inbox.put(lambda turns: turns.forget_kept_before(index))

    def want_kept(self) -> None:
        """What was kept of speech beyond a turn's greatest length opens a turn."""
        self._inbox.put(lambda turns: turns.want_kept())

    def hold(self, at: int) -> None:
        """The button went down at 16 kHz sample `at`: it opens a turn, or keeps the open one."""
        self._inbox.put(lambda turns: turns.hold(at))

    def call(self, word: WakeWordHeard) -> None:
        """Somebody said the wake word: a turn opens where it ended, and waits for the first word."""
        self._inbox.put(lambda turns: turns.call(word))

    def release(self, at: int, *, held: bool) -> None:
        """The button came up at 16 kHz sample `at`; not `held`: it was only a tap."""
        self._inbox.put(lambda turns: turns.release(at, held=held))

    def end_turn(self, at: int, cause: TurnEnd) -> None:
        """The open turn ends with 16 kHz sample `at`; a TurnEnded or TurnTooShort is posted in any case, but
        where a provider's word does not count (see `TurnDetector.end`)."""
        self._inbox.put(lambda turns: turns.end(at, cause))

    def go_on(self) -> None:
        """What is said now belongs to the turn that ended last: silence ended it too early."""
        self._inbox.put(lambda turns: turns.go_on())

    def forget_habits(self) -> None:
        """How people here pause is learnt anew."""
        self._inbox.put(lambda turns: turns.forget_habits())

    def ignore_before(self, index: int) -> None:
        """Take what was heard before this 16 kHz sample for silence, the window across it included."""
        self._inbox.ignore_before(index)

    def pump(self) -> bool:
        """Hear what is new, at most a second of it; whether there is more."""
        self._obey()
        for _ in range(MAX_PUMP_BLOCKS):
            waiting = self._capture.written - self._read
            if not waiting:
                return False
            self._take(min(waiting, len(self._block)))
            while self._history.written - self._heard_until >= len(self._window):
                self._hear_window()
        return self._capture.written > self._read

    def _obey(self) -> None:
        wishes, self._ignored = self._inbox.take()
        self._turns.ignore_before(self._ignored)
        for wish in wishes:
            for event in wish(self._turns) or ():
                self._post(event)

    def _forgotten(self, forget: Callable[[], None]) -> list[SpeechEvent]:
        forget()
        return [Forgotten(self._heard_until)]

    def _forgotten_all(self, turns: TurnDetector) -> list[SpeechEvent]:
        if self._word_watch is not None:
            self._word_watch.reset()
        return self._forgotten(turns.forget_all)

    def _take(self, count: int) -> None:
        """Move samples from the capture ring to the history."""
        block = self._block[:count]
        self._overrun_samples += self._capture.read_into(self._read, block)
        self._read += count
        near = self._zero.process(self._resampler.process(block))
        self._meter.capture(block, self._zero.offset)
        self._history.write(near if self._echo is None else self._echo.process(near))

    def _hear_window(self) -> None:
        """Judge the next window of the history: windows are its slices, without gap or overlap."""
        self._history.read_into(self._heard_until, self._window)
        self._heard_until += len(self._window)
        self._edges.hear(self._window)
        if self._judge is not None and (verdict := self._judge.verdict(self._heard_until)) is not None:
            self._turns.judge(verdict)
        lifted = self._faint.lift(self._window, self._meter.speech_power)
        probability = self._detector.probability(lifted)
        self._meter.hear(self._window, probability, echo=self._echo is not None and self._echo.cancelling)
        if self._echo is not None:
            probability = self._guard.judge(probability, self._window, self._echo.expected_dbfs)
        for event in self._somebody(probability):
            self._post(event)
        if self._judge is not None and (question := self._turns.take_question()) is not None:
            self._judge.ask(question)
        if self._word_watch is not None:
            self._look_for_word(self._word_watch)

    def _somebody(self, probability: float) -> list[SpeechEvent]:
        """What changes by the window, whose speech may be the room's talk. A hand's turn is not judged so."""
        sounding = self._echo is not None and self._echo.expected_dbfs is not None
        judged = self._room.judge(self._heard_until, probability, self._window, sounding=sounding)
        events = self._turns.hear(self._heard_until, probability if self._turns.held else judged)
        if (found := self._room.take_found()) is not None:
            events += self._turns.overhear(found.since, found.louder_until)
        return events

    def _look_for_word(self, watch: WordWatch) -> None:
        """Of what is not listened to the word is not taken either: it may be our own voice."""
        found = watch.hear(self._heard_until, asleep=self._gate is not None and self._gate.asleep)
        if found is not None and found[0] >= self._ignored:
            self._post(found[1])
