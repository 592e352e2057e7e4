"""Where the level says that speech began and ended."""

import numpy as np
import pytest

from appliance.hearing.speech.edges import Levels, SpeechEdges, edge_threshold
from appliance.pcm.formats import Pcm
from tests.hearing.scripted import WINDOW

BLOCK = WINDOW // 4
SOUND_START, SOUND_END = 20_000, 30_000


def noise(samples: int, dbfs: float, seed: int = 0) -> Pcm:
    amplitude = 32768 * 10 ** (dbfs / 20)
    return np.rint(np.random.default_rng(seed).standard_normal(samples) * amplitude).astype(np.int16)


def sound_in_noise(sound_dbfs: float = -20, noise_dbfs: float = -50) -> Pcm:
    pcm = noise(SOUND_END + 10_000, noise_dbfs)
    pcm[SOUND_START:SOUND_END] = noise(SOUND_END - SOUND_START, sound_dbfs, seed=1)
    return pcm


def edges_after(pcm: Pcm, until: int) -> SpeechEdges:
    """Edges that have heard the windows up to a sample."""
    edges = SpeechEdges(WINDOW)
    for end in range(WINDOW, until + 1, WINDOW):
        edges.hear(pcm[end - WINDOW : end])
    return edges


def window_at(sample: int) -> int:
    return sample // WINDOW * WINDOW


@pytest.mark.parametrize("late_windows", [0, 2, 5])
def test_an_onset_that_was_noticed_late_is_found(late_windows: int) -> None:
    noticed = window_at(SOUND_START) + late_windows * WINDOW
    onset = edges_after(sound_in_noise(), noticed + WINDOW).onset_near(noticed)
    assert abs(onset - SOUND_START) <= BLOCK


@pytest.mark.parametrize("late_windows", [-3, 0, 1, 4])
def test_an_end_that_was_noticed_early_or_late_is_found(late_windows: int) -> None:
    noticed = window_at(SOUND_END) + late_windows * WINDOW
    end = edges_after(sound_in_noise(), noticed + 8 * WINDOW).end_near(noticed)
    assert abs(end - SOUND_END) <= BLOCK


@pytest.mark.parametrize("offset", [0, 3000])
def test_a_constant_on_the_microphone_changes_nothing(offset: int) -> None:
    noticed = window_at(SOUND_END) + WINDOW
    end = edges_after(sound_in_noise() + np.int16(offset), noticed + 8 * WINDOW).end_near(noticed)
    assert abs(end - SOUND_END) <= BLOCK


def test_a_hum_that_beats_is_not_speech() -> None:
    pcm = sound_in_noise()
    time = np.arange(len(pcm)) / 16_000
    tones = [np.sin(2 * np.pi * 50 * n * time + n) / n**1.5 for n in range(1, 8)]
    pcm += np.rint(1100 * np.sum(tones, axis=0)).astype(np.int16)
    ended, began = window_at(SOUND_END) + WINDOW, window_at(SOUND_START) + WINDOW
    assert abs(edges_after(pcm, ended + 8 * WINDOW).end_near(ended) - SOUND_END) <= BLOCK
    assert abs(edges_after(pcm, began + WINDOW).onset_near(began) - SOUND_START) <= BLOCK


def test_rumble_after_speech_is_not_speech() -> None:
    pcm = sound_in_noise()
    time = np.arange(3200) / 16_000
    pcm[SOUND_END : SOUND_END + 3200] += np.rint(3000 * np.sin(2 * np.pi * 25 * time)).astype(np.int16)
    noticed = window_at(SOUND_END) + WINDOW
    end = edges_after(pcm, noticed + 8 * WINDOW).end_near(noticed)
    assert abs(end - SOUND_END) <= BLOCK


def test_the_closure_of_a_stop_does_not_end_speech() -> None:
    pcm = sound_in_noise()
    release = SOUND_END + 1200
    pcm[release : release + 480] = noise(480, -25, seed=2)
    end = edges_after(pcm, window_at(SOUND_END) + 9 * WINDOW).end_near(window_at(SOUND_END))
    assert abs(end - (release + 480)) <= BLOCK


def test_a_click_long_after_speech_does_not_prolong_it() -> None:
    pcm = sound_in_noise()
    pcm[SOUND_END + 2600 : SOUND_END + 2700] = 8000
    end = edges_after(pcm, window_at(SOUND_END) + 9 * WINDOW).end_near(window_at(SOUND_END))
    assert abs(end - SOUND_END) <= BLOCK


def test_without_contrast_the_detector_is_believed() -> None:
    edges = edges_after(sound_in_noise(sound_dbfs=-42), 40_000 // WINDOW * WINDOW)
    assert edges.end_near(window_at(SOUND_END)) == window_at(SOUND_END)
    early = edges_after(sound_in_noise(sound_dbfs=-42), window_at(SOUND_START) + 2 * WINDOW)
    assert early.onset_near(window_at(SOUND_START) + WINDOW) == window_at(SOUND_START) + WINDOW


def test_a_click_before_speech_does_not_begin_it() -> None:
    pcm = sound_in_noise()
    pcm[SOUND_START - 2000 : SOUND_START - 1900 : 2] = 8000
    noticed = window_at(SOUND_START) + WINDOW
    onset = edges_after(pcm, noticed + WINDOW).onset_near(noticed)
    assert abs(onset - SOUND_START) <= BLOCK


def test_what_is_too_long_ago_is_left_as_it_was() -> None:
    edges = edges_after(sound_in_noise(), 40_000 // WINDOW * WINDOW)
    assert edges.onset_near(30 * WINDOW) == 30 * WINDOW
    assert edges.end_near(30 * WINDOW) == 30 * WINDOW


SPEECH: Levels = np.full(20, -15.0)


def test_digital_silence_is_not_taken_for_the_noise_of_a_room() -> None:
    room: Levels = np.array([-45.0, -46.0, -44.0])
    gated: Levels = np.concatenate([room, np.full(30, -120.0)])
    assert edge_threshold(SPEECH, gated) == edge_threshold(SPEECH, room)


def test_nothing_but_digital_silence_leaves_the_decay_of_the_speech() -> None:
    threshold = edge_threshold(SPEECH, np.full(30, -120.0))
    assert threshold is not None
    assert -50 < threshold < -40
