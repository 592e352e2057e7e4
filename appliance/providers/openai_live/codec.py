"""The GPT-Live protocol without a socket: commands to frames, frames to events. Pure."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from appliance.conversation.vocabulary import (
    AppendAudio,
    AskText,
    CancelAnswer,
    CloseSession,
    Command,
    CommitTurn,
    Configure,
    ContinueAnswer,
    DiscardTurn,
    ProviderEvent,
    Ready,
    SessionConfig,
    ToolRan,
    ToolResult,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from appliance.providers.from_peer import Fields
from appliance.providers.openai import reader
from appliance.providers.openai.failures import failure
from appliance.providers.openai_live import context, fields, frames
from appliance.providers.openai_live.answering import Answering
from appliance.providers.openai_live.failures import closed, fatal, known
from appliance.providers.openai_live.gate import Heed
from appliance.providers.openai_live.life import Phase, Wish
from appliance.providers.openai_live.meter import Meter
from appliance.providers.openai_live.opening import Voice, instructions_of, session_start
from appliance.providers.openai_live.pacing import Pace
from appliance.providers.openai_live.past import Past

# A session that is open costs money by the minute, whether anybody speaks or not.
IDLE_S = 60.0

_SAMPLES_PER_MS = frames.WIRE_RATE_HZ // 1000
_PACES: Mapping[Heed, Pace] = {
    Heed.NONE: Pace.RESTING,
    Heed.HOLDING: Pace.LISTENING,
    Heed.AWAITING: Pace.AWAITING,
    Heed.PASSING: Pace.ANSWERING,
}


class LiveCodec:
    """One socket's protocol state; `past` and `meter` are those of the session, and outlive it.

    The shell calls `tick` again and again with the silence that `Pacing` wants, and sends what `replies`
    returns after each event. An iterator of events is advanced only when its last one was told; after
    `CancelAnswer` no event of that answer comes any more.

    Bounds: what the person says is passed on and not kept; output has the bounds of `gate`, texts those
    of `words`, calls those of `backend`, a frame that of `fields`.
    """

    def __init__(
        self,
        voice: Voice,
        config: SessionConfig,
        past: Past,
        meter: Meter,
        *,
        tail_ms: int = 800,
        idle_s: float = IDLE_S,
    ) -> None:
        """`tail_ms` of silence usually precede a commit; after `idle_s` without a word it wishes to sleep."""
        self._voice = voice
        self._config = config
        self._past = past
        self._meter = meter
        self._phase = Phase.STARTING
        self._resampler = Resampler(NEAR_RATE_HZ, frames.WIRE_RATE_HZ)
        self._outgoing: list[str] = []
        self._answering = Answering(past, meter, tail_ms * _SAMPLES_PER_MS, self._outgoing.append)
        self._notes = 0
        self._idle_samples = 0
        self._max_idle_samples = round(idle_s * frames.WIRE_RATE_HZ)
        self._outdated = False  # the configuration is another one, and this socket cannot take it
        self.sent_samples = 0
        self.expires_at_s: int | None = None  # Unix time
        self.ignored = 0  # events that mean nothing to us
        self._handlers: Mapping[str, Callable[[Fields], Iterator[ProviderEvent]]] = {
            "session.started": self._on_started,
            "session.closed": self._on_closed,
            "session.output_audio.delta": self._on_audio,
            "session.input_transcript.delta": self._on_user_words,
            "session.output_transcript.delta": self._on_words,
            "session.delegation.created": self._on_delegation,
            "response.event": self._on_backend,
            "session.usage.updated": self._on_usage,
            "error": self._on_error,
        }

    # ------------------------------------------------------------------ what the shell asks

    @property
    def phase(self) -> Phase:
        """How far the socket has come."""
        return self._phase

    @property
    def pace(self) -> Pace:
        """What time is needed for."""
        return _PACES[self._answering.heed]

    @property
    def received_samples(self) -> int:
        """How much output came, silence included."""
        return self._answering.received_samples

    @property
    def wish(self) -> Wish:
        """What should become of the socket."""
        if self._answering.talks_on:
            return Wish.REOPEN
        resting = self._answering.heed is Heed.NONE
        idle = self._idle_samples >= self._max_idle_samples or (self._outdated and resting)
        return Wish.SLEEP if idle and not self._answering.waits else Wish.STAY

    def opening(self, before: int | None) -> list[str]:
        """The frames that we send first; `before`: the first answer of a turn that is told again."""
        return [session_start(self._voice, self._config, self._past.items(before))]

    def goodbye(self) -> list[str]:
        """The frames that end the session; `session.closed` is then no failure."""
        self._phase = Phase.CLOSING
        return [frames.close()]

    def replies(self) -> list[str]:
        """The frames to be sent that were not returned yet, in order."""
        replies = self._outgoing.copy()
        self._outgoing.clear()
        return replies

    def tick(self, silence_samples: int) -> Iterator[ProviderEvent]:
        """Time goes on: send so much silence, and tell what became certain by now."""
        if silence_samples:
            self._idle_samples = 0 if self._answering.waits else self._idle_samples + silence_samples
            self._send_sound(np.zeros(silence_samples, np.int16))
        yield from self._answering.pending()
        yield from self._answering.settled(self._now_ms)

    def nothing_flows(self) -> Iterator[ProviderEvent]:
        """In mid-answer no output has come for long."""
        return self._answering.nothing_flows()

    # ------------------------------------------------------------------ commands

    def encode(self, command: Command) -> list[str]:
        """The frames that carry out `command`, in order. Only after `Ready`."""
        if self._phase is not Phase.OPEN:
            raise RuntimeError(f"{type(command).__name__} while {self._phase.value}")
        match command:
            case AppendAudio(pcm=pcm):
                self._idle_samples = 0
                self._answering.listen()
                self._send_sound(self._resampler.process(pcm))
            case CommitTurn(answer=answer):
                self._commit(answer)
            case ContinueAnswer(answer=answer, said=said):
                self._outgoing.extend(context.continuation(answer, said))
                self._commit(answer)
            case AskText(answer=answer, text=text, spoken=spoken):
                self._idle_samples = 0
                written = self._writes or not spoken
                self._answering.write(answer, text, self._now_ms, self.sent_samples, written=written)
            case CancelAnswer(answer=answer, heard_ms=heard_ms):
                self._answering.cancel(answer, heard_ms)
            case DiscardTurn():
                self._resampler.reset()
                self._answering.discard(self._now_ms)
            case ToolResult(answer=answer, call=call, output=output):
                self._answering.tell_result(answer, call, output)
            case ToolRan():
                self._answering.ran(command, self.sent_samples)
            case Configure(config=config):
                self._configure(config)
            case CloseSession():
                pass  # a socket's business
        return self.replies()

    def _commit(self, answer: int) -> None:
        self._idle_samples = 0
        self._send_sound(self._resampler.flush())
        self._answering.commit(answer, self._now_ms, self.sent_samples, written=self._writes)

    def _send_sound(self, pcm: Pcm) -> None:
        self.sent_samples += len(pcm)
        self._meter.sent(len(pcm))
        self._outgoing.extend(frames.appends(pcm))

    def _configure(self, config: SessionConfig) -> None:
        """Instructions can be added to; anything else, and long ones, take another socket."""
        before, self._config = self._config, config
        if (config.tools, config.output) != (before.tools, before.output):
            self._outdated = True
            return
        instructions = instructions_of(config)
        if instructions == instructions_of(before):
            return
        self._notes += 1
        note = context.new_instructions(self._notes, instructions)
        if note is None:
            self._outdated = True
        else:
            self._outgoing.append(note)

    @property
    def _writes(self) -> bool:
        return self._config.output == "text"

    @property
    def _now_ms(self) -> int:
        """Where the session's time is, by the sound that it was sent."""
        return self.sent_samples // _SAMPLES_PER_MS

    # ------------------------------------------------------------------ what the server says

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        """What `frame` means. Raises `ProtocolViolation` for what the protocol does not allow; then the
        session is over."""
        event = fields.parse(frame)
        handler = self._handlers.get(event["type"])
        yield from self._answering.pending()
        if handler is None:
            self.ignored += 1
        else:
            yield from handler(event)

    def _on_started(self, event: Fields) -> Iterator[ProviderEvent]:
        session = reader.mapping(event, "session")
        if session.get("expires_at") is not None:
            self.expires_at_s = fields.whole(session, "expires_at", fields.MAX_UNIX_S)
        if self._phase is Phase.STARTING:
            self._phase = Phase.OPEN
            self._meter.opened()
            yield Ready()

    def _on_closed(self, event: Fields) -> Iterator[ProviderEvent]:
        asked_for = self._phase is Phase.CLOSING
        self._phase = Phase.CLOSED
        if event.get("usage") is not None:
            yield from self._on_usage(event)
        if not asked_for:
            yield closed(reader.optional_text(event, "reason"))

    def _on_usage(self, event: Fields) -> Iterator[ProviderEvent]:
        self._meter.reported(fields.seconds(reader.mapping(event, "usage"), "seconds"))
        yield from ()

    def _on_audio(self, event: Fields) -> Iterator[ProviderEvent]:
        return self._answering.on_audio(reader.pcm(event, "delta"), self.sent_samples)

    def _on_user_words(self, event: Fields) -> Iterator[ProviderEvent]:
        return self._answering.on_user_words(fields.time_ms(event, "start_ms"), reader.text(event, "delta"))

    def _on_words(self, event: Fields) -> Iterator[ProviderEvent]:
        start_ms, end_ms = fields.time_ms(event, "start_ms"), fields.time_ms(event, "end_ms")
        return self._answering.on_words(start_ms, end_ms, reader.text(event, "delta"))

    def _on_delegation(self, event: Fields) -> Iterator[ProviderEvent]:
        delegation = reader.mapping(event, "delegation")
        at_sample = self.sent_samples
        if event.get("offset_ms") is not None:
            at_sample = min(at_sample, fields.time_ms(event, "offset_ms") * _SAMPLES_PER_MS)
        whose, target = reader.identifier(delegation, "id"), delegation.get("target")
        self._answering.on_delegation(whose, target, at_sample)
        yield from ()

    def _on_backend(self, event: Fields) -> Iterator[ProviderEvent]:
        known_id = event.get("delegation_id") is not None
        whose = reader.identifier(event, "delegation_id") if known_id else ""
        return self._answering.on_backend(whose, reader.mapping(event, "event"), self.sent_samples)

    def _on_error(self, event: Fields) -> Iterator[ProviderEvent]:
        error = reader.mapping(event, "error")
        category = known(error) or FailureCategory.MODEL_UNAVAILABLE
        ours = reader.optional_text(error, "client_event_id") or reader.optional_text(
            event, "client_event_id"
        )
        if self._phase is Phase.STARTING or fatal(error) is not None:
            yield failure(category, error)
            return
        match frames.origin(ours):
            case ((frames.ASK | frames.RESULT | frames.CONTINUE), answer):
                yield from self._answering.refused(failure(category, error, answer))
            case "", _ if known(error) is not None:
                # Which of our events broke is not said: the whole session is in doubt.
                yield failure(category, error)
            case _:
                self.ignored += 1
