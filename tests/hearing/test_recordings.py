"""The recordings that other tests rest on."""

from pathlib import Path

import numpy as np
import pytest

import tests.recordings
from appliance.pcm.formats import NEAR_RATE_HZ
from tests.recordings import recordings, speech_span


def test_there_are_fourteen_with_text() -> None:
    assert len(recordings()) == 14
    assert all(recording.text for recording in recordings())


def test_labels_lie_inside_with_a_little_room_around() -> None:
    for recording in recordings():
        assert 0 < recording.speech_start < recording.speech_end < len(recording.pcm), recording
        assert recording.speech_end - recording.speech_start > NEAR_RATE_HZ // 2, recording


def test_a_tone_in_noise_is_labelled_to_ten_milliseconds() -> None:
    pcm = np.rint(np.random.default_rng(0).standard_normal(32_000) * 20).astype(np.int16)
    pcm[8_000:20_000] += np.rint(8000 * np.sin(np.arange(12_000) * 0.3)).astype(np.int16)
    start, end = speech_span(pcm)
    assert abs(start - 8_000) <= 160
    assert abs(end - 20_000) <= 160


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tests.recordings, "FOLDER", Path("/nowhere"))
    recordings.cache_clear()
    with pytest.raises(RuntimeError, match="install the Debian package pocketsphinx-testdata"):
        recordings()
