"""The daemon of a loopback test, in a process of its own: real in all but who asks and who answers."""

import json
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NoReturn, TextIO

from appliance.audio.devices import KeepOn
from appliance.providers.held_session import Provider
from appliance.service.bench.answerer import ToneSession
from appliance.service.bench.utterances import INTERRUPTION, QUESTION, utterance
from appliance.service.bench.wiring import Person, Recorder, WiredDevices
from appliance.service.live.live import run_live
from appliance.service.live.live_sound import open_devices
from appliance.service.means import Means
from appliance.service.providers.provider_list import ProviderList
from appliance.settings import Settings

EVENTS: Final = "events.jsonl"
MARKS: Final = "marks.jsonl"
RECORDING: Final = "recording.raw"
SOCKET: Final = "control.sock"

# A turn is heard, answered and over within 10 s, where it is heard at all.
_TURN_TIMEOUT_S: Final = 15.0
# Between two turns, as a person pauses; and into an answer, before it is interrupted.
_PAUSE_S: Final = 0.8
_LISTENS_S: Final = 1.2

Event = Mapping[str, Any]


def run_under_test(
    settings: Settings,
    folder: Path,
    questions: int,
    interruptions: int,
    leave: Callable[[Exception], NoReturn],
) -> NoReturn:
    """Be the daemon until SIGTERM; what is asked, heard and happens is left in `folder`."""
    with ExitStack() as stack:
        recording = stack.enter_context((folder / RECORDING).open("wb", buffering=0))
        marks = stack.enter_context((folder / MARKS).open("w", buffering=1))
        events = stack.enter_context((folder / EVENTS).open("w", buffering=1))
        script = _Script(Person(), Recorder(recording), marks, events, questions, interruptions)
        means = Means(lambda settings, environ: _ONLY_THE_TONE, script.open_devices)
        run_live(settings, leave, folder / SOCKET, script.take, folder / "state", means=means)


_ONLY_THE_TONE: Final = ProviderList((Provider("bench", ToneSession),), {})


class _Script:
    """What the person does, in a thread of its own, by what happens."""

    def __init__(
        self,
        person: Person,
        recorder: Recorder,
        marks: TextIO,
        events: TextIO,
        questions: int,
        interruptions: int,
    ) -> None:
        self._person, self._recorder = person, recorder
        self._marks, self._events = marks, events
        self._questions, self._interruptions = questions, interruptions
        self._happened: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._rates = (0, 0)  # of the microphone and the loudspeaker
        self._began = False

    async def open_devices(self, settings: Settings, keep_on: KeepOn, *, wait: bool) -> WiredDevices:
        """As `live_sound.open_devices`."""
        devices = await open_devices(settings, keep_on, wait=False)
        self._rates = (devices.microphone.rate_hz, devices.loudspeaker.rate_hz)
        self._mark(
            "devices",
            microphone=devices.microphone.name,
            loudspeaker=devices.loudspeaker.name,
            capture_hz=self._rates[0],
            playout_hz=self._rates[1],
        )
        return WiredDevices.around(devices, self._person, self._recorder)

    def take(self, event: Event) -> None:
        """Something happened; on the event loop."""
        self._events.write(json.dumps({**event, "came_s": time.monotonic()}) + "\n")
        if event["event"] == "device":
            self._mark("device", device=event["device"], state=event["state"], last_s=self._recorder.last_s)
        self._happened.put(event)
        if event["event"] == "session" and event["state"] == "started" and not self._began:
            self._began = True
            threading.Thread(target=self._play, name="person", daemon=True).start()

    def _play(self) -> None:
        time.sleep(_PAUSE_S)
        for _ in range(self._questions):
            self._ask()
            self._await("answer_done")
            time.sleep(_PAUSE_S)
        for _ in range(self._interruptions):
            self._ask()
            if self._await("answer_audible"):
                time.sleep(_LISTENS_S)
                self._say("interruption", INTERRUPTION)
                self._await("answer_done", complete=False)
                self._await("answer_done", complete=True)
            time.sleep(_PAUSE_S)
        self._mark("done")

    def _ask(self) -> None:
        while not self._happened.empty():
            self._happened.get()
        self._say("question", QUESTION)

    def _say(self, kind: str, text: str) -> None:
        self._mark(kind)
        self._person.say(utterance(text, self._rates[1]).pcm)

    def _await(self, name: str, **members: object) -> bool:
        """Whether an event of that name with these members comes in time; what was missed is marked."""
        deadline_s = time.monotonic() + _TURN_TIMEOUT_S
        while (left_s := deadline_s - time.monotonic()) > 0:
            try:
                event = self._happened.get(timeout=left_s)
            except queue.Empty:
                break
            if event["event"] == name and members.items() <= event.items():
                return True
        self._mark("missed", event=name)
        return False

    def _mark(self, kind: str, **members: object) -> None:
        mark = {"mark": kind, "sample": self._recorder.samples, "at_s": time.monotonic(), **members}
        self._marks.write(json.dumps(mark) + "\n")


def environment() -> dict[str, str]:
    """What the daemon under test gets to know of ours: no key."""
    hidden = ("KEY", "TOKEN", "SECRET", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "STATE_DIRECTORY")
    return {name: value for name, value in os.environ.items() if not any(part in name for part in hidden)}
