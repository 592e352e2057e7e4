"""Others, on the same cases: pipecat and LiveKit's audio processing, each in an environment of its own.

`LISTENING_PEERS_PYTHON` names that environment's Python; `pip install pipecat-ai==1.14.0 livekit` makes one.
They hear a loop that is open: the answer plays on whatever they decide, and every time they would stop it
is counted.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.resample import Resampler
from tests.listening.cases import ANSWER_AT_MS, ANSWER_RATE_HZ, Case, read_wav, write_wav
from tests.listening.echo_path import to_pcm, whole_echo
from tests.listening.results import from_json
from tests.listening.scoring import Heard, answers_heard

PYTHON = "LISTENING_PEERS_PYTHON"
CHILD = Path(__file__).with_name("peer_child.py")
# Of its curve; 0.2 s is pipecat's default.
STOP_SECS = (0.2, 0.4, 0.6, 0.8)
DEFAULT_STOP_SECS = 0.2
# Of what is made of what they tell: greater where it changes, so that kept results are heard anew.
CONVERSION = 2
VERSIONS = {"pipecat": "pipecat-ai", "livekit": "livekit"}


class Peer:
    """One of them. `only`: the scenes (or conditions) it is asked about."""

    def __init__(self, name: str, arguments: Sequence[str], only: Sequence[str]) -> None:
        self.name = name
        self._arguments = tuple(arguments)
        self._only = frozenset(only)

    @property
    def version(self) -> str:
        """Of its package, and of what drives it."""
        child = hashlib.sha256(CHILD.read_bytes()).hexdigest()[:8]
        child += f"-{CONVERSION}"
        return f"{installed(VERSIONS[self._arguments[0]])}-{child}-{'-'.join(self._arguments)}"

    def missing(self) -> str:
        """Why it is skipped."""
        if not os.environ.get(PYTHON):
            return f"{PYTHON} is not set: it names the Python of an environment with pipecat-ai and livekit"
        package = VERSIONS[self._arguments[0]]
        return "" if installed(package) else f"{package} is not installed where {PYTHON} points to"

    def hears(self, case: Case) -> bool:
        """Its scenes, or its conditions."""
        return case.scene in self._only or case.condition in self._only

    def hear(self, cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Heard]]:
        """One process for all of them."""
        if not cases:
            return
        command = [os.environ[PYTHON], str(CHILD), *self._arguments]
        with (
            TemporaryDirectory() as place,
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child,
        ):
            assert child.stdin is not None
            assert child.stdout is not None
            for case in cases:
                print(json.dumps(_files(case, folder, Path(place))), file=child.stdin, flush=True)
                told = child.stdout.readline()
                if not told:
                    raise RuntimeError(f"{self.name} ended at {case.name}: see its words above")
                yield case, _of_answer(case, from_json(json.loads(told)))
            child.stdin.close()


def peers() -> list[Peer]:
    """All of them: pipecat at its default everywhere, its curve where ends of turns are measured."""
    everywhere = ("turn", "answer", "noise")
    curve = [
        Peer(f"pipecat, stop {stop:g} s", ("pipecat", str(stop)), ("sentence", "pause"))
        for stop in STOP_SECS
        if stop != DEFAULT_STOP_SECS
    ]
    return [
        Peer("pipecat", ("pipecat", str(DEFAULT_STOP_SECS)), everywhere),
        Peer("livekit", ("livekit",), ("answer",)),
        *curve,
    ]


@cache
def installed(package: str) -> str:
    """Its version there; "" where it is not."""
    asked = f"from importlib.metadata import version; print(version({package!r}))"
    try:
        done = subprocess.run([os.environ[PYTHON], "-c", asked], capture_output=True, text=True)
    except OSError:
        return ""  # there is no such program
    return done.stdout.strip()


def _files(case: Case, folder: Path, place: Path) -> dict[str, str]:
    """The microphone with the whole echo in it, and what leaves the loudspeaker, both at 16 kHz."""
    near, files = read_wav(folder / case.file), {"near": str(folder / case.file)}
    if case.scene != "answer":
        return files
    answer = read_wav(folder / case.answer)
    lead = np.zeros(samples_of_ms(ANSWER_AT_MS, ANSWER_RATE_HZ), np.int16)
    played = np.concatenate((lead, answer))[: len(near) * ANSWER_RATE_HZ // NEAR_RATE_HZ + 240]
    if case.echo is not None:
        heard_as = np.load(folder / case.room).astype(np.float64)
        echo = whole_echo(case.echo, ANSWER_RATE_HZ, heard_as, played)[: len(near)]
        near = to_pcm(near.astype(np.float64) + np.pad(echo, (0, len(near) - len(echo))))
        files["near"] = str(place / "near.wav")
        write_wav(place / "near.wav", near)
    files["far"] = str(place / "far.wav")
    write_wav(place / "far.wav", _at_near(played, len(near)))
    return files


def _at_near(played: Pcm, count: int) -> Pcm:
    resampler = Resampler(ANSWER_RATE_HZ, NEAR_RATE_HZ)
    far = np.concatenate((resampler.process(played), resampler.flush()))[:count]
    return np.pad(far, (0, count - len(far)))


def _of_answer(case: Case, heard: Heard) -> Heard:
    """Over an answer, who takes a turn has stopped it."""
    if case.scene != "answer":
        return Heard(turns=heard.turns, spoke_ms=answers_heard(heard.turns))
    stops = tuple(turn.opened_ms for turn in heard.turns if turn.opened_ms >= ANSWER_AT_MS)
    return Heard(turns=heard.turns, stops_ms=stops, played_ms=case.duration_ms - ANSWER_AT_MS)
