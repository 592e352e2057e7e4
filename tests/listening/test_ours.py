"""The appliance in its room: what comes of a case is what was said in it."""

from pathlib import Path

import numpy as np
import pytest

from appliance.pcm.formats import NEAR_RATE_HZ
from tests.listening.cases import ANSWER_RATE_HZ, Case, Label, write_wav
from tests.listening.echo_path import EchoSpec
from tests.listening.mixing import audible_floor
from tests.listening.ours import Ours
from tests.listening.scoring import Heard, interruption, sentence
from tests.listening.voices import own_speech, spoken


def near(tmp_path: Path, start_ms: float, samples: int) -> Label:
    """One real sentence in a quiet stream."""
    utterance = spoken("development")[5]
    speech = utterance.pcm[utterance.start : utterance.end]
    pcm = np.random.default_rng(1).integers(-8, 9, samples).astype(np.int16)
    start = round(start_ms * NEAR_RATE_HZ / 1000)
    pcm[start : start + len(speech)] += speech
    write_wav(tmp_path / "c.wav", pcm)
    return Label("sentence", start_ms, start_ms + len(speech) * 1000 / NEAR_RATE_HZ, utterance.text)


def hear(case: Case, folder: Path) -> Heard:
    """On a cable nothing comes back: nothing is cancelled there."""
    settings = [] if case.echo else ["audio.echo.cancel=off"]
    [(_, heard)] = Ours("ours", settings).hear([case], folder)
    return heard


def test_a_sentence_is_one_whole_turn(tmp_path: Path) -> None:
    label = near(tmp_path, 1000, 7 * NEAR_RATE_HZ)
    found = sentence(
        label,
        hear(Case("c", "sentence", "near", "development", "turn", "v", True, 7000, (label,)), tmp_path),
    )
    assert found.heard
    assert found.onset_lost_ms == 0
    assert not found.cut_off
    assert found.delay_ms is not None
    assert found.word_errors == 0


@pytest.mark.parametrize("echo", [None, EchoSpec(-12, 120, 100, 0.5)])
def test_a_sentence_over_an_answer_silences_it(tmp_path: Path, echo: EchoSpec | None) -> None:
    label = near(tmp_path, 4000, 9 * NEAR_RATE_HZ)
    answer = audible_floor(own_speech("development", 0, 10), np.random.default_rng(2))
    write_wav(tmp_path / "c.answer.wav", answer, ANSWER_RATE_HZ)
    np.save(tmp_path / "c.room.npy", np.ones(1, np.float32))
    heard = hear(
        Case(
            "c", "interruption", "x", "development", "answer", "v", True, 9000, (label,), "c.answer.wav",
            "c.room.npy", echo,
        ),
        tmp_path,
    )  # fmt: skip
    found = interruption(label, heard)
    assert found.stopped
    assert found.silent_ms is not None
    assert found.decision_ms is not None
    assert 0 < found.silent_ms < found.decision_ms
    assert 2500 < heard.played_ms < 5500
