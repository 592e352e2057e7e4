"""What `audio.echo.cancel` comes to, with the canceller's package and without it."""

import sys

import numpy as np
import pytest

from appliance.pcm.formats import Pcm
from appliance.service.duplex.echo_choice import Cancel, choose_echo


class Silent:
    """A far end that plays nothing."""

    lost = False
    breaks = 0

    def read_into(self, near_index: int, out: Pcm) -> bool:
        out.fill(0)
        return True


@pytest.fixture
def without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pywebrtc_audio", None)


@pytest.mark.parametrize("cancel", ["auto", "on"])
def test_echo_is_cancelled_and_it_listens_while_it_speaks(cancel: Cancel) -> None:
    warnings: list[str] = []
    choice = choose_echo(cancel, warnings.append)
    stage = choice.stage(Silent())
    assert stage is not None
    assert not choice.half_duplex
    assert warnings == []
    assert np.array_equal(stage.process(np.ones(320, np.int16)), np.ones(320, np.int16))


def test_off_is_neither() -> None:
    choice = choose_echo("off", pytest.fail)
    assert choice.stage(Silent()) is None
    assert not choice.half_duplex


def test_what_cannot_be_loaded_makes_it_listen_by_turns_and_say_so(without_the_package: None) -> None:
    warnings: list[str] = []
    choice = choose_echo("auto", warnings.append)
    assert choice.stage(Silent()) is None
    assert choice.half_duplex
    (warning,) = warnings
    assert warning.startswith("The echo canceller cannot be loaded")
    assert "While it speaks it does not listen" in warning


def test_who_wants_it_on_is_never_half_duplex(without_the_package: None) -> None:
    warnings: list[str] = []
    choice = choose_echo("on", warnings.append)
    assert not choice.half_duplex
    assert "may hear itself" in warnings[0]
