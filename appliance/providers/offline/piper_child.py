"""Piper as a voice, a process of its own: `python -m appliance.providers.offline.piper_child MODEL.onnx`.

The only module that imports `piper`, which is GPL-3.0-or-later: nobody imports this one. It takes
`Speak` and `Cancel` on stdin and reports `Warm`, `Sound`, `Done` and `Broken` on stdout, as the
offline worker does; a cancel breaks off the piece that is being made. Exit codes: 0 the parent is
gone, 1 it cannot start (a `Broken` says why), 70 the parent sent garbage; everything unforeseen
ends in a traceback on stderr.
"""

import faulthandler
import json
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from appliance.errors import FailureCategory
from appliance.pcm.formats import Pcm
from appliance.providers.offline.jobs import Jobs, Sentence
from appliance.providers.offline.loudness import finished
from appliance.providers.offline.messages import AUDIO_MAX_SAMPLES, Broken, Done, Sound, Warm
from appliance.providers.offline.reports import Reports
from appliance.providers.offline.requests import start_reading

EXIT_CANNOT_START = 1


class UnderWay:
    """The piece that is being made, and how it is broken off from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self._run: Any = None

    def begin(self, number: int, run: Any) -> None:
        """`run` (`RunOptions`) is what makes piece `number` from here on."""
        with self._lock:
            self._number, self._run = number, run

    def break_off(self, number: int) -> None:
        """End that piece, also where its run has not begun; without effect on any other."""
        with self._lock:
            if self._run is not None and self._number == number:
                self._run.terminate = True


class BreakableSession:
    """An inference session on one thread, so that none spins, whose runs obey `run_options`."""

    def __init__(self, model: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        cpu = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(str(model), sess_options=options, providers=cpu)
        self.run_options = onnxruntime.RunOptions()

    def run(self, names: None, inputs: dict[str, Any]) -> Any:
        """As `InferenceSession.run`, which Piper calls."""
        return self._session.run(names, inputs, self.run_options)


class PiperVoice:
    """A loaded voice that spoke once."""

    def __init__(self, model: Path, under_way: UnderWay) -> None:
        """`model` has its configuration beside it, with `.json` after its name."""
        from onnxruntime import RunOptions
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail
        from piper import PiperConfig, SynthesisConfig
        from piper import PiperVoice as Voice

        described = json.loads(Path(f"{model}.json").read_text(encoding="utf-8"))
        self._under_way = under_way
        self._run_options, self._broken_off, self._synthesis = RunOptions, Fail, SynthesisConfig
        self._session = BreakableSession(model)
        self._voice = Voice(session=self._session, config=PiperConfig.from_dict(described))
        self.say(Sentence(0, "It is three o'clock."))

    def say(self, job: Sentence) -> Pcm:
        """The job's text, 24 kHz; empty where it was cancelled."""
        self._session.run_options = self._run_options()
        self._under_way.begin(job.number, self._session.run_options)
        plain = job.text.replace("[[", "[ [")  # else phonemes follow
        pace = self._synthesis(length_scale=self._voice.config.length_scale / job.speed)
        try:
            chunks = [] if job.cancelled.is_set() else list(self._voice.synthesize(plain, pace))
        except self._broken_off:
            if not job.cancelled.is_set():
                raise
            chunks = []
        if not chunks:
            return np.empty(0, np.int16)
        return finished(np.concatenate([c.audio_int16_array for c in chunks]), chunks[0].sample_rate)


def main() -> NoReturn:
    """Speak until the parent is gone."""
    faulthandler.enable()
    reports = Reports()
    under_way = UnderWay()
    jobs = Jobs(under_way.break_off)
    start_reading(jobs)
    try:
        voice = PiperVoice(Path(sys.argv[1]), under_way)
    except Exception as error:  # noqa: BLE001  what the loaders of models raise has no base in common
        message = f"Piper cannot be loaded: {type(error).__name__}: {error}"
        reports.send(Broken(0, FailureCategory.MODEL_UNAVAILABLE, message))
        sys.exit(EXIT_CANNOT_START)
    reports.send(Warm())
    while True:
        job = jobs.next_said()
        pcm = voice.say(job)
        for start in range(0, len(pcm), AUDIO_MAX_SAMPLES):
            reports.send(Sound(job.number, pcm[start : start + AUDIO_MAX_SAMPLES]))
        reports.send(Done(job.number, 0, 0))
        jobs.finish(job.number)


if __name__ == "__main__":
    main()
