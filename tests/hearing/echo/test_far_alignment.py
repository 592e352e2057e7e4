"""Two clocks that drift apart, and the position in the one that belongs to an index of the other."""

import pytest

from appliance.hearing.echo.clock_line import ClockLine
from appliance.hearing.echo.far_alignment import READ_AHEAD_MS, FarAlignment
from tests.hearing.clocks import Crystal, looks

MS = 16


class Pair:
    """A microphone and a loudspeaker that are seen while one listens."""

    def __init__(self, near_ppm: float, far_ppm: float, early_samples: int = 0) -> None:
        self.near, self.far = Crystal(near_ppm), Crystal(far_ppm, index=500)
        self.lines = ClockLine(), ClockLine()
        self.alignment = FarAlignment(*self.lines, early_samples)
        self.positions: list[tuple[int, float]] = []

    def run(self, from_s: float, to_s: float, *, ask: bool = True) -> None:
        seen = [(*look, 0) for look in looks(self.near, from_s, to_s, 0.032, 0.02, 1)]
        seen += [(*look, 1) for look in looks(self.far, from_s, to_s, 0.02, 0.02, 2)]
        for now_s, index, which in sorted(seen):
            self.lines[which].see(now_s, index)
            if which == 0 and ask and self.lines[1].seen_s is not None:
                position = self.alignment.position_of(index)
                assert position is not None
                self.positions.append((index, position))

    def off(self) -> float:
        """By how many samples the last position is wrong."""
        index, position = self.positions[-1]
        return position - self.far.index_at(self.near.instant_of(index))


def bearable(off_samples: float) -> bool:
    """No echo comes before its own far end, and next to nothing of the canceller's reach is lost."""
    return -(READ_AHEAD_MS - 8) * MS <= off_samples <= 60 * MS


@pytest.mark.parametrize(("near_ppm", "far_ppm"), [(0, 0), (100, -100), (-100, 100), (500, -500)])
def test_the_position_stays_where_a_canceller_can_work(near_ppm: float, far_ppm: float) -> None:
    pair = Pair(near_ppm, far_ppm)
    for second in range(90):
        pair.run(second, second + 1)
        assert bearable(pair.off())
    assert abs(pair.alignment.drift_ppm - (near_ppm - far_ppm)) < 20


def test_the_position_never_jumps_and_its_ratio_hardly_changes_once_it_is_known() -> None:
    pair = Pair(200, 0)
    pair.run(0, 60)
    pair.positions.clear()
    pair.run(60, 180)
    ratios = [(q - p) / (j - i) for (i, p), (j, q) in zip(pair.positions, pair.positions[1:], strict=False)]
    assert max(ratios) - min(ratios) < 50e-6
    assert pair.alignment.jumps == 0


@pytest.mark.parametrize("late_ms", [-17, 17])
def test_a_microphone_that_is_later_than_it_was_moves_nothing(late_ms: int) -> None:
    pair = Pair(0, 0)
    pair.run(0, 5)
    before = pair.off()
    pair.near = Crystal(index=-late_ms * MS)
    pair.run(5, 20)
    index, position = pair.positions[-1]
    assert abs(position - index - 500 - before) < 1 * MS
    assert pair.alignment.jumps == 0


def test_a_loudspeaker_that_comes_back_is_found_again() -> None:
    pair = Pair(0, 0)
    pair.run(0, 30)
    pair.far = Crystal(at_s=40.0, index=pair.far.index_at(30))
    pair.run(40, 45)
    assert bearable(pair.off())
    assert pair.alignment.jumps >= 1


def test_a_loudspeaker_that_is_away_plays_nothing() -> None:
    pair = Pair(0, 0)
    pair.run(0, 10)
    for now_s, index in looks(pair.near, 10, 11, 0.032, 0.02, 1):
        pair.lines[0].see(now_s, index)
    assert pair.alignment.position_of(11 * 16_000) is None


def test_before_both_were_seen_there_is_no_position() -> None:
    alignment = FarAlignment(ClockLine(), ClockLine())
    assert alignment.position_of(0) is None


def test_it_is_read_as_much_earlier_as_it_is_told() -> None:
    pair = Pair(0, 0, early_samples=800)
    pair.run(0, 30)
    assert abs(pair.off() + 800) < 2 * MS
