"""Every codec against some thousands of spoilt frames; `python -m tests.fuzz.run` feeds it millions."""

import mmap
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from appliance.conversation.vocabulary import AnswerStarted, Command, ProviderEvent, Ready
from tests.fuzz.mutation import huge, spoilt_session
from tests.fuzz.run import Broken, run
from tests.fuzz.targets import TARGETS, recorded

# Some seconds for each codec.
INPUTS = 4000


@pytest.mark.parametrize("name", TARGETS)
def test_spoilt_frames_give_events_or_violations_in_time(name: str) -> None:
    target = TARGETS[name]
    report = run(name, target.make_codec, target.corpus, INPUTS)
    assert report.inputs >= INPUTS
    assert report.violations  # the frames were spoilt …
    assert report.events["Ready"] > report.sessions / 4  # … and not all at the first one


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_holds_whole_conversations(name: str) -> None:
    assert sum(path.stat().st_size for path in TARGETS[name].corpus.iterdir()) < 500_000
    sessions = recorded(TARGETS[name].corpus)
    assert len(sessions) >= 3


def test_the_same_seed_spoils_in_the_same_way() -> None:
    (session, *_) = recorded(TARGETS["openai"].corpus)
    first, second = (list(spoilt_session(session, random.Random("7"))) for _ in range(2))
    assert first == second


def test_a_huge_frame_is_huge() -> None:
    sizes = {len(huge('{"type":"x"}', random.Random(n))) for n in range(30)}
    assert max(sizes) > 19_000_000


# ---------------------------------------------------------------- what the run would find


class Codec:
    """Says that it is ready at the first frame; the rest is a subclass's."""

    def __init__(self) -> None:
        self.frames = 0

    def encode(self, command: Command) -> Sequence[str]:
        return []

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        self.frames += 1
        if self.frames == 1:
            yield Ready()

    def replies(self) -> Sequence[str]:
        return []


class Crashing(Codec):
    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        raise KeyError("type")


class SpeakingOn(Codec):
    """Does not care that its answers are cancelled."""

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        yield from super().events(frame)
        yield from (AnswerStarted(answer) for answer in range(20))


class Leaking(Codec):
    """Keeps 64 kB of each frame: pages of their own, for what was freed before would hide what is kept."""

    kept: list[mmap.mmap] = []  # noqa: RUF012  it leaks

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        pages = mmap.mmap(-1, 65_536)
        pages.write(b"x" * 65_536)
        self.kept.append(pages)
        yield from super().events(frame)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "session.jsonl").write_text('{"type":"x"}\n' * 20, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("codec", "fault"),
    [(Crashing, "KeyError"), (SpeakingOn, "of the cancelled answer"), (Leaking, "memory grew")],
)
def test_a_codec_that_breaks_its_promise_is_found(codec: type[Codec], fault: str, corpus: Path) -> None:
    with pytest.raises(Broken, match=fault):
        run("broken", codec, corpus, 500)
    Leaking.kept.clear()


def test_a_codec_that_is_slow_is_found(corpus: Path) -> None:
    clock = iter(range(1000))
    with pytest.raises(Broken, match="1000 ms"):
        run("slow", Codec, corpus, 100, clock=lambda: float(next(clock)))
