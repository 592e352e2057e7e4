"""Streams cut into chunks, as sound really arrives."""

from collections.abc import Iterator

import numpy as np
from hypothesis import strategies as st

from appliance.pcm.formats import Pcm


def cut(pcm: Pcm, lengths: list[int]) -> Iterator[Pcm]:
    """`pcm` in chunks of these lengths, the last one as long as it needs to be."""
    at = 0
    for length in lengths:
        yield pcm[at : at + length]
        at += length
    yield pcm[at:]


def joined(chunks: list[Pcm]) -> Pcm:
    """The stream that `chunks` are."""
    return np.concatenate(chunks) if chunks else np.empty(0, np.int16)


def noise(samples: int, seed: int = 0) -> Pcm:
    """White noise at full scale: every sample matters, and clipping has something to do."""
    return np.random.default_rng(seed).integers(-32768, 32768, samples, dtype=np.int16)


chunkings = st.lists(st.integers(0, 1500), max_size=30)
