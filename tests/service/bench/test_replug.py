"""Who unplugs the microphone and plugs it in again is told how long it took to be noticed."""

import json
import time
from pathlib import Path

import pytest

from appliance.audio.cards import Places
from appliance.service.bench.replug import replug
from appliance.service.bench.under_test import MARKS


class Hand:
    """Does what it is told, a second before the daemon notices; `cards` is what the kernel lists."""

    def __init__(self, folder: Path, *, kernel: bool) -> None:
        self._folder = folder
        self._kernel = kernel
        self.places = Places(asound=folder)
        self._list(plugged=True)

    def __call__(self, wish: str) -> None:
        if "unplug" in wish:
            self._list(plugged=False)
            self._mark("lost")
        elif "plug it in" in wish:
            self._list(plugged=True)
            self._mark("ready")

    def _list(self, *, plugged: bool) -> None:
        if self._kernel:
            text = " 1 [Mic            ]: USB-Audio - USB Mic\n" if plugged else ""
            (self._folder / "cards").write_text(text)

    def _mark(self, state: str) -> None:
        now_s = time.monotonic()
        mark = {"mark": "device", "device": "microphone", "state": state, "at_s": now_s + 1, "last_s": now_s}
        with (self._folder / MARKS).open("a") as file:
            file.write(json.dumps(mark) + "\n")


@pytest.mark.parametrize(
    ("kernel", "words"),
    [(True, "told after 1.0 s, back after 1.0 s"), (False, "told after 1.0 s, back by itself")],
)
def test_the_kernel_tells_when_a_card_came_and_went_and_else_its_last_sample(
    tmp_path: Path, kernel: bool, words: str
) -> None:
    hand = Hand(tmp_path, kernel=kernel)
    row = replug(tmp_path, hand, hand.places)
    assert (row.measured, row.kept) == (words, True)


def test_nobody_is_waited_for_for_ever(tmp_path: Path) -> None:
    row = replug(tmp_path, lambda wish: None, Places(asound=tmp_path), person_s=0.05)
    assert "nobody did" in row.measured
    assert row.kept is None
