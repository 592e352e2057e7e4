"""Blocks of one length, and no sample lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.pcm.rechunk import Rechunker
from tests.pcm.chunks import chunkings, cut, joined, noise


@given(size=st.integers(1, 2000), lengths=chunkings)
def test_blocks_are_the_stream_in_pieces_of_one_size(size: int, lengths: list[int]) -> None:
    pcm, rechunker = noise(9_000), Rechunker(size)
    blocks = [block.copy() for chunk in cut(pcm, lengths) for block in rechunker.push(chunk)]
    assert {len(block) for block in blocks} <= {size}
    rest = rechunker.flush()
    assert len(rest) < size
    assert np.array_equal(joined([*blocks, rest]), pcm)


def test_a_flushed_stream_leaves_nothing_to_the_next() -> None:
    rechunker = Rechunker(4)
    list(rechunker.push(noise(3)))
    rechunker.flush()
    assert not len(rechunker.flush())


def test_whole_blocks_are_not_copied() -> None:
    pcm = noise(8)
    assert [np.shares_memory(block, pcm) for block in Rechunker(4).push(pcm)] == [True, True]


def test_a_block_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0 samples"):
        Rechunker(0)
