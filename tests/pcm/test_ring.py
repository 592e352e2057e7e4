"""Readers of a ring get the true samples or hear that they are lost; never anything else."""

import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.pcm.formats import Pcm
from appliance.pcm.ring import SampleRing

STREAM = 200_000


def numbered(start: int, count: int) -> Pcm:
    """Samples that tell their index, modulo a prime that fits no ring."""
    return (np.arange(start, start + count) % 32_749 + 1).astype(np.int16)


@given(
    capacity=st.integers(1, 50),
    writes=st.lists(st.integers(0, 120), max_size=12),
    data=st.data(),
)
def test_a_read_is_a_slice_of_the_stream_without_what_was_overwritten(
    capacity: int, writes: list[int], data: st.DataObject
) -> None:
    ring = SampleRing.allocate(capacity)
    for count in writes:
        ring.write(numbered(ring.written, count))
    assert ring.written == sum(writes)
    start = data.draw(st.integers(0, ring.written))
    count = data.draw(st.integers(0, ring.written - start))
    first, pcm = ring.read(start, count)
    assert first == min(max(start, ring.written - capacity), start + count)
    assert np.array_equal(pcm, numbered(first, start + count - first))


def test_lost_samples_are_zeros_at_the_front() -> None:
    ring, out = SampleRing.allocate(4), np.full(6, 99, np.int16)
    ring.write(numbered(0, 6))
    assert ring.read_into(0, out) == 2
    assert out.tolist() == [0, 0, 3, 4, 5, 6]


@pytest.mark.parametrize(("start", "count"), [(-1, 1), (0, 5), (5, 1)])
def test_samples_that_do_not_exist_are_an_error(start: int, count: int) -> None:
    ring = SampleRing.allocate(4)
    ring.write(numbered(0, 4))
    with pytest.raises(ValueError, match="of 4 written"):
        ring.read_into(start, np.empty(count, np.int16))


class WriteDuringCopy(SampleRing):
    """A ring whose writer strikes while a reader is between copy and check."""

    strike = 0

    def _lost(self, start: int, count: int) -> int:
        strike, self.strike = self.strike, 0
        if strike:
            lost = super()._lost(start, count)
            self.write(numbered(self.written, strike))
            return lost
        return super()._lost(start, count)


@pytest.mark.parametrize(("strike", "lost"), [(1, 1), (3, 3), (8, 8), (100, 8)])
def test_a_reader_that_is_overtaken_while_it_copies_is_told(strike: int, lost: int) -> None:
    ring, out = WriteDuringCopy.allocate(8), np.empty(8, np.int16)
    ring.write(numbered(0, 8))
    ring.strike = strike
    assert ring.read_into(0, out) == lost
    assert not out[:lost].any()
    assert np.array_equal(out[lost:], numbered(lost, 8 - lost))


def test_a_writer_in_mid_write_is_seen_as_overwriting() -> None:
    """A claim without its samples is what a reader sees while the writer copies."""
    memory = bytearray(SampleRing.bytes_for(8))
    ring = SampleRing(memory, 8)
    ring.write(numbered(0, 8))
    memoryview(memory)[:8].cast("q")[0] += 3
    assert ring.read_into(0, np.empty(8, np.int16)) == 3


def write_stream(ring: SampleRing) -> None:
    while ring.written < STREAM:
        ring.write(numbered(ring.written, min(320, STREAM - ring.written)))


def follow(ring: SampleRing, writing: Callable[[], bool]) -> int:
    """Read along while somebody writes the stream; no sample may be wrong. Returns how many were lost."""
    out = np.empty(700, np.int16)
    at = lost_of_all = 0
    while at < STREAM and (writing() or at < ring.written):
        count = min(ring.written - at, len(out))
        lost = ring.read_into(at, out[:count])
        assert np.array_equal(out[lost:count], numbered(at + lost, count - lost))
        at += count
        lost_of_all += lost
    assert at == STREAM
    return lost_of_all


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Threads take turns within a few instructions, so that a copy is really interrupted."""
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval_s)


@pytest.mark.usefixtures("restless_threads")
def test_threads_read_no_torn_sample() -> None:
    ring = SampleRing.allocate(1_000)
    writer = threading.Thread(target=write_stream, args=(ring,))
    writer.start()
    assert follow(ring, writer.is_alive) < STREAM
    writer.join()


def attach(memory: SharedMemory) -> SampleRing:
    assert memory.buf is not None
    return SampleRing(memory.buf, 1_000)


def write_in_child(name: str) -> None:
    memory = SharedMemory(name)
    write_stream(attach(memory))
    memory.close()


def test_processes_share_a_ring() -> None:
    memory = SharedMemory(create=True, size=SampleRing.bytes_for(1_000))
    try:
        writer = multiprocessing.get_context("spawn").Process(target=write_in_child, args=(memory.name,))
        writer.start()
        assert follow(attach(memory), writer.is_alive) < STREAM
        writer.join(timeout=30)
        assert writer.exitcode == 0
    finally:
        memory.close()
        memory.unlink()


def test_memory_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="writable bytes"):
        SampleRing(bytearray(SampleRing.bytes_for(100) - 1), 100)


def test_memory_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="writable bytes"):
        SampleRing(memoryview(bytes(SampleRing.bytes_for(100))), 100)


def test_a_second_ring_on_the_same_memory_goes_on_with_the_stream() -> None:
    memory = bytearray(SampleRing.bytes_for(8))
    SampleRing(memory, 8).write(numbered(0, 5))
    assert np.array_equal(SampleRing(memory, 8).read(0, 5)[1], numbered(0, 5))
