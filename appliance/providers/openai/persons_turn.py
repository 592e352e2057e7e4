"""The person's turn on its way to the server: sound appended, committed by us or by the server, its words."""

from collections.abc import Callable
from enum import Enum

import numpy as np

from appliance.conversation.vocabulary import TurnEndHeard, UserTranscript
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from appliance.providers.from_peer import Fields
from appliance.providers.openai import frames, reader
from appliance.providers.openai.session_frames import WIRE_RATE_HZ
from appliance.providers.openai.user_turns import UserTurns

# The vendor refuses to commit less than 100 ms; a shorter turn is filled up with silence.
MIN_COMMIT_SAMPLES = WIRE_RATE_HZ // 10
# What follows the end that the server heard is silence, on the way of its word to us and back, and no item is
# made of it. More than this is more than that way: somebody held the turn open, and may have gone on too
# softly for the server.
MAX_REST_SAMPLES = WIRE_RATE_HZ

_SAMPLES_PER_MS = WIRE_RATE_HZ // 1000


class Ear(Enum):
    """What the server hears of the sound that is not an item yet."""

    QUIET = "nothing: no speech, or it does not listen for any"
    SPEECH = "speech began"


class PersonsTurn:
    """The turn that is being said, and the words of those before. Frames to send go to `send`, in order.

    A server that says when a turn ended commits what it heard by itself, perhaps several times within one
    turn of ours: all of it is one turn. What is appended after such a commit stays in its buffer and
    becomes the beginning of what is said next; nothing is lost and nothing is sent twice. When its commit
    and ours cross, it refuses the empty one, which does no harm. When its commit and a discard cross, what it
    made is deleted.

    Bounds: sound is passed on and not kept; words have the bounds of `user_turns`.
    """

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._resampler = Resampler(NEAR_RATE_HZ, WIRE_RATE_HZ)
        self._appended_samples = 0  # at the wire's rate, at least so many are in the server's buffer
        self._sent_samples = 0  # at the wire's rate, in the whole session
        self._discarded_until_ms = 0  # of that, until the next commit
        self._ear = Ear.QUIET
        self._turns = UserTurns()

    def append(self, pcm: Pcm) -> None:
        """The next samples, 16 kHz."""
        self._append(self._resampler.process(pcm))

    def commit(self, answer: int) -> None:
        """All of the turn becomes items, as far as the server has not made them; `answer` is to answer it."""
        self._discarded_until_ms = 0
        self._append(self._resampler.flush())
        if not self._appended_samples or self._server_has_it_all:
            self._turns.asked(answer)
            return
        if self._appended_samples < MIN_COMMIT_SAMPLES:
            self._append(np.zeros(MIN_COMMIT_SAMPLES - self._appended_samples, np.int16))
        self._turns.commit_sent(answer)
        self._send(frames.commit(answer))
        self._appended_samples, self._ear = 0, Ear.QUIET

    @property
    def _server_has_it_all(self) -> bool:
        """Whether it made items of the turn by itself, and nothing to speak of came after."""
        rest = self._ear is Ear.QUIET and self._appended_samples <= MAX_REST_SAMPLES
        return rest and self._turns.has_items

    def discard(self) -> None:
        """Nobody asks what was said: the server forgets it too."""
        self._resampler.reset()
        if self._appended_samples or self._turns.has_items:  # after its items come what was on its way
            self._send(frames.clear())
        for item_id in self._turns.discard():
            self._send(frames.forget(item_id))
        self._appended_samples, self._ear = 0, Ear.QUIET
        self._discarded_until_ms = -(-self._sent_samples // _SAMPLES_PER_MS)

    def commit_refused(self, answer: int) -> None:
        """The commit for `answer` came to nothing."""
        self._turns.commit_refused(answer)

    def words_due(self) -> UserTranscript | None:
        """What was written down before it was known which answer it led to."""
        return self._turns.due()

    # ------------------------------------------------------------------ what the server says

    def on_speech_started(self, event: Fields) -> None:
        """`input_audio_buffer.speech_started`; before it acknowledged our commit it speaks of sound that is
        committed already."""
        if not self._turns.awaits_server:
            self._ear = Ear.SPEECH

    def on_speech_stopped(self, event: Fields) -> TurnEndHeard | None:
        """`input_audio_buffer.speech_stopped`: the server commits what it has.

        It may speak of sound that we committed meanwhile: then the turn is over anyway.
        """
        item_id = reader.identifier(event, "item_id")
        if self._is_discarded(event.get("audio_end_ms")):
            self._turns.forget(item_id)
            self._send(frames.forget(item_id))
            self._ear = Ear.QUIET
            return None
        self._turns.announced(item_id)
        if self._ear is Ear.QUIET:
            return None
        self._appended_samples, self._ear = 0, Ear.QUIET
        return TurnEndHeard()

    def _is_discarded(self, end_ms: object) -> bool:
        """Whether sound that ended there, in all that was sent, is of a turn that was discarded meanwhile."""
        return isinstance(end_ms, int | float) and 0 < end_ms <= self._discarded_until_ms

    def on_committed(self, event: Fields) -> None:
        """`input_audio_buffer.committed`"""
        self._turns.committed(reader.identifier(event, "item_id"))

    def on_words(self, event: Fields) -> UserTranscript | None:
        """`conversation.item.input_audio_transcription.delta`"""
        return self._turns.heard_more(
            reader.identifier(event, "item_id"), reader.optional_text(event, "delta")
        )

    def on_all_words(self, event: Fields) -> UserTranscript | None:
        """`conversation.item.input_audio_transcription.completed`"""
        return self._turns.heard_all(reader.identifier(event, "item_id"), reader.text(event, "transcript"))

    def on_no_words(self, event: Fields) -> UserTranscript | None:
        """`conversation.item.input_audio_transcription.failed`"""
        return self._turns.not_understood(reader.identifier(event, "item_id"))

    def _append(self, pcm: Pcm) -> None:
        self._appended_samples += len(pcm)
        self._sent_samples += len(pcm)
        for frame in frames.appends(pcm):
            self._send(frame)
