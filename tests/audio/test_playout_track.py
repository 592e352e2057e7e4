"""Samples are there until they are rendered, a while longer, and not for ever."""

import weakref

import numpy as np
import pytest

from appliance.audio.playout_track import Track
from appliance.pcm.formats import Pcm
from tests.audio.playout_ear import numbered
from tests.pcm.chunks import joined


def filled(memory_samples: int, chunks: int = 10) -> Track:
    track = Track(1, 10_000, 0, memory_samples)
    for number in range(chunks):
        track.append(numbered(100 * number, 100))
    return track


def read(track: Track, start: int, stop: int) -> Pcm:
    return joined(list(track.read(start, stop)))


@pytest.mark.parametrize("rendered", [0, 1, 100, 555, 1_000])
@pytest.mark.parametrize(("start", "stop"), [(450, 470), (380, 720), (500, 500), (555, 1_000), (900, 5_000)])
def test_what_is_behind_and_ahead_reads_as_one(rendered: int, start: int, stop: int) -> None:
    track = filled(memory_samples=1_000)
    track.render_into(np.empty(rendered, np.int16), 0)
    assert np.array_equal(read(track, start, stop), numbered(0, 1_000)[start:stop])


def test_reading_takes_nothing_away() -> None:
    track = filled(memory_samples=0)
    read(track, 0, 1_000)
    out = np.empty(1_000, np.int16)
    assert track.render_into(out, 0) == 1_000
    assert np.array_equal(out, numbered(0, 1_000))


def test_the_samples_rendered_last_are_remembered() -> None:
    track = filled(memory_samples=250)
    track.render_into(np.empty(730, np.int16), 0)
    assert np.array_equal(read(track, 730 - 250, 730), numbered(730 - 250, 250))


@pytest.mark.parametrize("memory_samples", [0, 250])
def test_no_chunk_is_kept_longer(memory_samples: int) -> None:
    track = Track(1, 10_000, 0, memory_samples)
    kept = []
    for number in range(10):
        chunk = numbered(100 * number, 100)
        kept.append(weakref.ref(chunk))
        track.append(chunk)
        del chunk
    track.render_into(np.empty(1_000, np.int16), 0)
    alive = sum(ref() is not None for ref in kept)
    assert alive * 100 < memory_samples + 100


def test_what_is_dropped_is_neither_rendered_nor_read() -> None:
    track = filled(memory_samples=1_000)
    track.render_into(np.empty(250, np.int16), 0)
    track.drop()
    assert not len(read(track, 0, 1_000))
    assert track.render_into(np.empty(10, np.int16), 250) == 0
    assert track.spent
