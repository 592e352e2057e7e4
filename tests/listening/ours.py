"""The appliance itself: the real assembly in virtual time, its own microphone and loudspeaker in a room."""

import hashlib
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from appliance.conversation import vocabulary as v
from appliance.hearing.speech.detector import SpeechDetector
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.smart_turn import SmartTurn
from appliance.pcm.formats import Pcm
from appliance.service.assembly import Assembly
from appliance.service.wake_words import load_wake_word
from appliance.settings import load_settings
from tests.listening.cases import ANSWER_AT_MS, Case, Scene, read_wav
from tests.listening.echo_path import EchoPath, to_pcm
from tests.listening.reading import clean_words, recognizer, words_over_answer
from tests.listening.scoring import DEVICE_MS, PROVIDER_MS, Heard, Turn
from tests.service.scripted import OUT_RATE_HZ, Script, ScriptedProvider, Tape
from tests.service.stage import Played, play, tone

# Of an echo's delay so much is left for a block of the ticker's, the rest may be the device's.
BLOCK_MS = 12.0
# Of words over an answer: as long as the warm worker takes for them on this machine (tests.bench.words).
READING_MS = 116.0
SILENT = 3  # of 32768; the answers' own floor is 25 and more, and 6 where they are ducked
SILENT_BLOCKS = 3
TAIL_MS = 500.0
SCENES: tuple[Scene, ...] = ("turn", "answer", "noise", "wake")
# For the hours in which nobody calls it: by turns.
WAKE_WORDS = ("okay_nabu", "alexa", "hey_mycroft")


class Ours:
    """The appliance with these settings, as they are typed after `--set`; `scenes`: where they matter."""

    def __init__(
        self, name: str = "ours", settings: Sequence[str] = (), scenes: Sequence[Scene] = SCENES
    ) -> None:
        self.name = name
        self._settings = tuple(settings)
        self._scenes = frozenset(scenes)

    @property
    def version(self) -> str:
        """Of every source and model, and of the settings."""
        return hashlib.sha256("\n".join((_sources(), *self._settings)).encode()).hexdigest()[:10]

    def missing(self) -> str:
        """It is always here."""
        return ""

    def hears(self, case: Case) -> bool:
        """Where its settings matter."""
        return case.scene in self._scenes

    def hear(self, cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Heard]]:
        """One conversation for each case, from a fresh start."""
        detector = SileroDetector()
        for case in cases:
            detector.reset()
            yield case, self._hear(case, folder, detector)

    def _hear(self, case: Case, folder: Path, detector: SpeechDetector) -> Heard:
        near = read_wav(folder / case.file)
        answer = read_wav(folder / case.answer) if case.answer else None
        reader = _Reader()
        asked = deque([ANSWER_AT_MS - DEVICE_MS] if answer is not None else [])

        def tick(assembly: Assembly) -> None:
            reader.pass_time(assembly.record.now_ms())
            if asked and assembly.record.now_ms() >= asked[0]:
                asked.popleft()
                assembly.conductor.post(v.Asked("Tell me.", spoken=True))

        short = tone(500)
        answers = [short] if answer is None else [answer, short]
        provider = _Provider(answers, PROVIDER_MS)
        delay_ms, path = _path_of(case, folder)
        settings = (*self._settings, *_called(case))
        played = play(
            near,
            provider=provider,
            settings=settings,
            delay_ms=round(delay_ms),
            tail_ms=TAIL_MS,
            each_tick=tick,
            tape=_Room(path),
            microphone=_Microphone(near, path),
            detector=detector,
            hears_itself=True,
            turn_model=_Model,
            warn=_fail,
            wake_word=load_wake_word(load_settings([], settings, {}).settings, _fail),
            reader=reader,
        )
        return _heard(case, played)


def _path_of(case: Case, folder: Path) -> tuple[float, EchoPath | None]:
    """The device's own delay, and the way back to the microphone."""
    if case.echo is None:
        return DEVICE_MS, None
    device_ms = float(round(min(DEVICE_MS, max(0.0, case.echo.delay_ms - BLOCK_MS))))
    heard_as = np.load(folder / case.room).astype(np.float64)
    return device_ms, EchoPath(case.echo, OUT_RATE_HZ, heard_as, already_ms=device_ms)


class _Provider(ScriptedProvider):
    """The first answer is that of the case and comes at once; any other one takes its time."""

    def __repr__(self) -> str:
        """Tasks are named by what they run; all that was told in words would take longer than the rest."""
        return type(self).__name__

    def send(self, command: v.Command) -> None:
        delay_ms = self.delay_ms
        self.delay_ms = 0.0 if isinstance(command, v.AskText) else delay_ms
        super().send(command)
        self.delay_ms = delay_ms


class _Room(Tape):
    """What the loudspeaker plays goes on into the room."""

    def __init__(self, path: EchoPath | None) -> None:
        super().__init__()
        self._path = path

    def write(self, pcm: Pcm) -> None:
        super().write(pcm)
        if self._path is not None:
            self._path.play(pcm)


class _Microphone(Script):
    """Hears who speaks, and the loudspeaker."""

    def __init__(self, pcm: Pcm, path: EchoPath | None) -> None:
        super().__init__(pcm)
        self._path = path

    def read(self, count: int) -> Pcm:
        block = super().read(count)
        if self._path is None or not len(block):
            return block
        return to_pcm(block + self._path.hear(len(block)))


def _called(case: Case) -> tuple[str, ...]:
    """The settings with which it waits to be called."""
    if case.scene != "wake":
        return ()
    model = next((label.text for label in case.labels if label.kind == "wake"), "")
    model = model or WAKE_WORDS[zlib.crc32(case.name.encode()) % len(WAKE_WORDS)]
    return "conversation.trigger=wake_word", f"wake_word.model={model}"


def _fail(warning: str) -> None:
    raise RuntimeError(f"a model is missing, the numbers would be of something else: {warning}")


class _Model:
    """The end-of-turn model, loaded once for all cases; how long it takes is modelled by who asks it."""

    def await_ready(self) -> None:
        _smart_turn()

    def completeness(self, pcm: Pcm) -> float:
        return _smart_turn().completeness(pcm)

    def kill(self) -> None:
        pass

    def close(self) -> None:
        pass


@cache
def _smart_turn() -> SmartTurn:
    return SmartTurn()


class _Reader:
    """The offline recognizer, as late as it is in reality."""

    def __init__(self) -> None:
        self._now_ms = 0.0
        self._read: deque[tuple[float, str, Callable[[str | None], None]]] = deque()

    def read(self, pcm: Pcm, on_words: Callable[[str | None], None]) -> None:
        """Told when its time has come."""
        self._read.append((self._now_ms + READING_MS, words_over_answer(pcm), on_words))

    def pass_time(self, now_ms: float) -> None:
        """Tell what was read by now."""
        self._now_ms = now_ms
        while self._read and self._read[0][0] <= now_ms:
            _, words, on_words = self._read.popleft()
            on_words(words)


def _heard(case: Case, played: Played) -> Heard:
    asked = [label.text for label in case.labels if label.kind == "sentence"]
    clean = clean_words(case.half, asked[0]) if asked else None
    turns = _turns(played)
    return Heard(
        turns=tuple(turns),
        stops_ms=tuple(e["t_ms"] for e in played.of("interruption") if e["decision"] == "confirmed"),
        silent_ms=_silences(played) if case.scene == "answer" else (),
        played_ms=float(sum(e["heard_ms"] for e in played.of("answer_done"))),
        spoke_ms=tuple(e["t_ms"] for e in played.of("answer_audible")),
        words=None if clean is None else _words_sent(played),
        wakes_ms=tuple(e["t_ms"] for e in played.of("wake_word")),
        clean_words=clean,
    )


def _turns(played: Played) -> list[Turn]:
    """Those that were opened by a voice, each with its commits."""
    written = {e["turn"] for e in played.of("turn_committed") if e["cause"] == "written"}
    opened = [e for e in played.of("turn_opened") if e["turn"] not in written]
    return [
        Turn(
            e["t_ms"],
            e["onset_ms"] - e["prefix_ms"],
            tuple(c["t_ms"] for c in played.of("turn_committed") if c["turn"] == e["turn"]),
        )
        for e in opened
    ]


def _words_sent(played: Played) -> str:
    sent = [pcm for pcm in played.provider.turns if len(pcm)]
    return " ".join(recognizer().transcribe(pcm) for pcm in sent)


def _silences(played: Played) -> tuple[tuple[float, float], ...]:
    """Where the loudspeaker gave nothing from the first sound of the answer on."""
    size = OUT_RATE_HZ // 100
    out = played.out[: len(played.out) // size * size].reshape(-1, size)
    loud = np.abs(out.astype(np.int32)).max(axis=1) > SILENT
    audible: list[dict[str, Any]] = played.of("answer_audible")
    if not audible:
        return ()
    first = int(audible[0]["t_ms"] // 10) + 1
    edges = np.flatnonzero(np.diff(np.concatenate(([1], loud[first:], [1])).astype(np.int8))) + first
    stretches = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return tuple((a * 10.0, b * 10.0) for a, b in stretches if b - a >= SILENT_BLOCKS)


@cache
def _sources() -> str:
    root = Path(__file__).parents[2] / "appliance"
    digest = hashlib.sha256()
    for path in sorted(
        (*root.rglob("*.py"), *root.rglob("*.onnx"), *root.rglob("*.npz"), *root.rglob("*.toml"))
    ):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
