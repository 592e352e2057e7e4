"""The live path with a recording as the microphone and a file as the loudspeaker."""

import asyncio
import os
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from appliance.audio.echo_path import EchoPath
from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.pump import SpeakerPump
from appliance.audio.seam import SpeakerDevice
from appliance.audio.wav import WavReader, WavWriter
from appliance.conversation.vocabulary import SpeechEvent
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples, samples_of_ms
from appliance.pcm.ring import SampleRing
from appliance.service.assembly import Assembly
from appliance.service.detectors import load_detector, report_warning
from appliance.service.duplex.echo_choice import choose_echo
from appliance.service.duplex.modelled_echo import EchoModel, SharedClock, echo_path
from appliance.service.ends import Ends
from appliance.service.event_log import EventLog, Listener
from appliance.service.memory.state import StateDirectory
from appliance.service.monitor import FollowedLoudspeaker, FollowedMicrophone, Monitor
from appliance.service.named_files import refuse_one_for_two, refuse_pipe
from appliance.service.network.clock import TickerClock, zone_of
from appliance.service.panel.button import Button
from appliance.service.providers.provider_list import list_providers
from appliance.service.sentences import say
from appliance.service.ticker import TICK_MS, Loudspeaker, Microphone, Ticker
from appliance.service.wake_words import load_wake_word
from appliance.settings import Settings

OUT_RATE_HZ = 24_000
# The stream starts without its provider after this long (public contract).
START_TIMEOUT_S = 3.0
# Quiet for this long after the end of the recording: the conversation is over. Longer than the
# gap between the end of a turn and the words that might still open one.
SETTLED_MS = 1500.0
# Of the capture ring; hearing reads it every tick.
CAPTURE_MS = 1000.0


@dataclass(frozen=True, slots=True)
class Press:
    """The button is held from `start_s` to `end_s` of the stream, which is later."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """Which files, and what is modelled."""

    wav: Path
    out: Path
    events: Path
    device_delay_ms: int = 40
    tail_s: float = 20.0
    presses: tuple[Press, ...] = ()
    virtual_time: bool = False
    echo: EchoModel | None = None  # None: the microphone does not hear the loudspeaker
    state: Path | None = None  # where timers and the like are found and left; None: they begin and end here


def run_replay(
    settings: Settings,
    options: ReplayOptions,
    show: Listener | None = None,
    aloud: SpeakerDevice | None = None,
) -> int:
    """Replay `options.wav`; 0 when at least one turn was answered, audibly or in text, else 1.

    Both output files are written whatever happens; `show` is told every event as it happens, and both
    sides are heard on `aloud`, which is closed in the end. Raises InputFileError for a file that is
    no WAV, and before anything is written where two of the files are the same or the recording is a pipe.
    """
    files = {"IN.wav": options.wav, "OUT.wav": options.out, "EVENTS.jsonl": options.events}
    response = None if options.echo is None else options.echo.ir
    refuse_one_for_two(files if response is None else files | {"IR.wav": response})
    refuse_pipe(options.wav)
    if response is not None:
        refuse_pipe(response)
    with (
        WavWriter(options.out, OUT_RATE_HZ) as out,
        EventLog(options.events) as log,
        WavReader(options.wav) as microphone,
        ExitStack() as stack,
    ):
        if show is not None:
            log.subscribe(show)
        ends: tuple[Microphone, Loudspeaker] = (microphone, out)
        if aloud is not None:
            monitor = Monitor(aloud, microphone.rate_hz, OUT_RATE_HZ)
            stack.callback(monitor.close)
            ends = (FollowedMicrophone(microphone, monitor), FollowedLoudspeaker(out, monitor))
        folder = options.state or Path(stack.enter_context(TemporaryDirectory(prefix="appliance-replay-")))
        state = StateDirectory(folder, lambda warning: report_warning(log, warning))
        state.make()
        stack.callback(state.close)
        return asyncio.run(_Replay(settings, options, *ends, log, state).run())


class _Replay:
    def __init__(
        self,
        settings: Settings,
        options: ReplayOptions,
        microphone: Microphone,
        out: Loudspeaker,
        log: EventLog,
        state: StateDirectory,
    ) -> None:
        self._options = options
        self._log = log
        self._fault: Exception | None = None
        self._clock = TickerClock()
        self._heard: deque[SpeechEvent] = deque()
        capture = SampleRing.allocate(samples_of_ms(CAPTURE_MS, microphone.rate_hz))
        playout = Playout(PlayoutOptions(OUT_RATE_HZ, duck_db=settings.interruption.duck_db))
        far_ring = SampleRing.allocate(NEAR_RATE_HZ)
        room = self._room(microphone.rate_hz)
        ends = self._ends(settings, capture, microphone.rate_hz, playout)
        if room is not None:
            ends = self._with_echo(settings, ends, far_ring)
        detector = load_detector(settings.hearing.detector, ends.tell_owner)
        providers = list_providers(settings, os.environ)
        self._assembly = Assembly(settings, providers, detector, ends, self._clock, log, say, state=state)
        self._ticker = Ticker(
            microphone,
            out,
            capture,
            self._assembly.hearing,
            self._heard,
            SpeakerPump(playout, OUT_RATE_HZ, far_ring),
            self._assembly.conductor,
            self._clock,
            OUT_RATE_HZ,
            samples_of_ms(options.device_delay_ms, OUT_RATE_HZ),
            room,
            self._assembly.turn_ending.hold,
        )
        button = Button(self._assembly.conductor.post)
        edges = [(press.start_s, button.down) for press in options.presses]
        edges += [(press.end_s, button.up) for press in options.presses]
        self._edges = deque(sorted(edges, key=lambda edge: edge[0]))
        self._settled_since_ms: float | None = None

    def _ends(self, settings: Settings, capture: SampleRing, capture_hz: int, playout: Playout) -> Ends:
        began, zone = datetime.now(UTC), zone_of(settings.conversation.time_zone)
        return Ends(
            capture,
            capture_hz,
            playout,
            OUT_RATE_HZ,
            lambda index: ms_of_samples(index, NEAR_RATE_HZ),
            lambda position: ms_of_samples(position, OUT_RATE_HZ),
            self._heard.append,
            wake_at=lambda due_ms: None,  # ticked all the time
            on_fault=self._break_down,
            set_muted=lambda muted: self._ticker.set_muted(muted),
            half_duplex=settings.interruption.strategy == "ignore",
            look_every_ms=TICK_MS,
            local_time=lambda: (began + timedelta(milliseconds=self._clock.now_ms())).astimezone(zone),
            tell_owner=lambda warning: report_warning(self._log, warning),
            wake_word=load_wake_word(settings, lambda warning: report_warning(self._log, warning)),
            warn=lambda warning: report_warning(self._log, warning),
            punctual=True,
        )

    def _room(self, capture_hz: int) -> EchoPath | None:
        options, block_samples = self._options, samples_of_ms(TICK_MS, OUT_RATE_HZ)
        if options.echo is None:
            return None
        return echo_path(options.echo, options.device_delay_ms, OUT_RATE_HZ, capture_hz, block_samples)

    def _with_echo(self, settings: Settings, ends: Ends, far_ring: SampleRing) -> Ends:
        choice = choose_echo(settings.audio.echo.cancel, ends.tell_owner)
        far = SharedClock(far_ring, self._options.device_delay_ms)
        return replace(
            ends,
            half_duplex=ends.half_duplex or choice.half_duplex,
            echo=choice.stage(far),
            climbs=choice.climbs,
        )

    async def run(self) -> int:
        assembly = self._assembly
        async with assembly.running(START_TIMEOUT_S):
            if self._options.virtual_time:
                await self._ticker.run_virtually(
                    self._over, assembly.conductor.awaits_provider, assembly.provider_spoke
                )
            else:
                await self._ticker.run(self._over)
        if self._fault is not None:
            raise self._fault
        return 0 if assembly.answers.answered else 1

    def _break_down(self, fault: Exception) -> None:
        self._fault = self._fault or fault

    def _over(self) -> bool:
        """The recording has ended, and the conversation settled or the tail passed; or all is lost."""
        if self._fault is not None:
            return True
        now_ms = self._ticker.now_ms
        while self._edges and self._edges[0][0] * 1000 <= now_ms:
            at_s, move = self._edges.popleft()
            move(samples_of_ms(at_s * 1000, NEAR_RATE_HZ))
        self._log.advance(now_ms)
        self._assembly.look()
        rings = self._assembly.toolbox.rings or self._rings_within_the_tail()
        if rings or not self._assembly.conductor.settled:
            self._settled_since_ms = None
        elif self._settled_since_ms is None:
            self._settled_since_ms = now_ms
        ended_ms = self._ticker.ended_ms
        if ended_ms is None:
            return False
        settled_ms = now_ms if self._settled_since_ms is None else self._settled_since_ms
        quiet_ms = now_ms - max(settled_ms, ended_ms)
        return quiet_ms >= SETTLED_MS or now_ms - ended_ms >= self._options.tail_s * 1000

    def _rings_within_the_tail(self) -> bool:
        """A timer that was set in the recording is waited for, where it rings in time."""
        ring_ms, ended_ms = self._assembly.toolbox.next_ring_ms(), self._ticker.ended_ms
        return (
            ring_ms is not None and ended_ms is not None and ring_ms < ended_ms + self._options.tail_s * 1000
        )
