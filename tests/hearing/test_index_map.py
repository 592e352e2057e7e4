"""Device time and 16 kHz time are the same instants."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.hearing.index_map import IndexMap

MAPS = st.builds(
    IndexMap,
    device_hz=st.sampled_from([8_000, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000]),
    device_origin=st.integers(0, 10**12),
    delay_samples=st.integers(0, 500),
)
YEAR_SAMPLES = 96_000 * 3600 * 24 * 365


def test_the_first_sample_of_the_device_is_the_first_that_is_heard() -> None:
    assert IndexMap(48_000, device_origin=480).near_of_device(480) == 0


def test_what_the_resampler_holds_back_is_taken_into_account() -> None:
    indices = IndexMap(48_000, delay_samples=5)
    assert indices.near_of_device(48_000) == 16_005
    assert indices.device_of_near(16_005) == 48_000


@given(MAPS, st.integers(0, YEAR_SAMPLES))
def test_there_and_back_is_the_same_instant_even_after_a_year(indices: IndexMap, near: int) -> None:
    there_and_back = indices.near_of_device(indices.device_of_near(near))
    assert abs(there_and_back - near) <= (16_000 / indices.device_hz + 1) / 2


@given(MAPS, st.integers(0, YEAR_SAMPLES), st.integers(0, YEAR_SAMPLES))
def test_later_is_never_earlier(indices: IndexMap, one: int, other: int) -> None:
    early, late = sorted((one, other))
    assert indices.near_of_device(early) <= indices.near_of_device(late)
