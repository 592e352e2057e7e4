"""A device that was unplugged is found again wherever it is plugged in, and is not replaced too soon."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from appliance.audio.cards import Card, Direction, Identity, list_cards
from appliance.audio.catalog import DeviceInfo, choose, list_all
from appliance.audio.search import EAGER_S, IDLE_PAUSE_S, REPLACE_AFTER_S, Search
from appliance.errors import DeviceError
from tests.audio.fake_cards import Tree

MODEL, OTHER_MODEL = "0d8c:0014", "046d:0825"


class Bus:
    """What is plugged in, as the kernel and PortAudio tell it, and one microphone that is looked after."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._plugged: dict[int, str] = {}
        self.search = Search()
        self.name = ""

    def plug(self, number: int, name: str, port: str, model: str = MODEL, serial: str = "") -> None:
        self.tree.card(number, f"Card{number}", name, port, model, serial)
        self._plugged[number] = name

    def unplug(self, number: int) -> None:
        self.tree.unplug(number)
        del self._plugged[number]

    @property
    def devices(self) -> list[DeviceInfo]:
        listed = ((f"{name}: Audio (hw:{n},0)", n, 1, 0, 48_000.0) for n, name in self._plugged.items())
        return list_all(listed, self.tree.places)

    def open(self, wanted: str = "") -> DeviceInfo:
        """As at the start."""
        return self._opened(choose(self.devices, wanted, Direction.CAPTURE))

    def reopen(self, now_s: float, wanted: str = "") -> DeviceInfo:
        """As when it was lost: one try."""
        lost = self.search.previous(self.name, list_cards(self.tree.places).values(), now_s)
        return self._opened(choose(self.devices, wanted, Direction.CAPTURE, lost))

    def try_in_vain(self, times_s: Iterable[float]) -> None:
        for now_s in times_s:
            with pytest.raises(DeviceError, match="there is no microphone"):
                self.reopen(now_s)

    def _opened(self, device: DeviceInfo) -> DeviceInfo:
        self.name = device.name
        self.search.found(device.identity)
        return device


@pytest.fixture
def bus(tmp_path: Path) -> Bus:
    return Bus(Tree(tmp_path))


def test_a_microphone_is_found_again_under_another_number(bus: Bus) -> None:
    bus.plug(1, "Mic", "1-1.2")
    bus.open()
    bus.unplug(1)
    bus.plug(3, "Mic", "1-1.2")
    assert bus.reopen(0.1).index == 3


def test_a_microphone_is_found_again_in_another_port(bus: Bus) -> None:
    bus.plug(1, "Mic", "1-1.2")
    bus.plug(2, "Camera", "1-1.3", OTHER_MODEL)
    bus.open("Mic: Audio")
    bus.unplug(1)
    bus.try_in_vain([0.1, 1.0])
    bus.plug(1, "Mic", "1-1.4")
    assert bus.reopen(2.0).name == "Mic: Audio"


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_twins_with_serial_numbers_are_never_taken_for_each_other(bus: Bus, order: tuple[int, int]) -> None:
    left, right = order
    bus.plug(left, "Twin", "1-1.2", serial="LEFT")
    bus.plug(right, "Twin", "1-1.3", serial="RIGHT")
    assert [device.name for device in bus.devices] == [
        "Twin: Audio (serial LEFT)",
        "Twin: Audio (serial RIGHT)",
    ]
    opened = bus.open("Twin: Audio (serial RIGHT)")
    assert opened.index == right
    bus.unplug(right)
    bus.try_in_vain([0.1])
    bus.unplug(left)
    bus.plug(left, "Twin", "1-1.3", serial="LEFT")  # they are swapped
    bus.plug(right, "Twin", "1-1.2", serial="RIGHT")
    assert bus.reopen(2.0).index == right


def test_a_twin_without_a_serial_number_waits_until_the_lost_one_had_its_time(bus: Bus) -> None:
    bus.plug(1, "Twin", "1-1.2")
    bus.plug(2, "Twin", "1-1.3")
    assert bus.open().name == "Twin: Audio (USB port 1-1.2)"
    bus.unplug(1)
    bus.try_in_vain([0.1, 1.0, 5.0])
    bus.plug(1, "Twin", "1-1.4")
    assert bus.reopen(6.0).index == 1


def test_serial_numbers_that_all_of_a_make_have_tell_nobody_apart(bus: Bus) -> None:
    bus.plug(1, "Twin", "1-1.2", serial="0001")
    bus.plug(2, "Twin", "1-1.3", serial="0001")
    assert [device.name for device in bus.devices] == [
        "Twin: Audio (USB port 1-1.2)",
        "Twin: Audio (USB port 1-1.3)",
    ]


def test_what_was_there_beside_it_takes_its_place_when_it_does_not_come_back(bus: Bus) -> None:
    bus.plug(1, "Mic", "1-1.2")
    bus.plug(2, "Camera", "1-1.3", OTHER_MODEL)
    bus.open("Mic: Audio")
    bus.unplug(1)
    bus.try_in_vain([0.1, REPLACE_AFTER_S])
    assert bus.reopen(0.1 + REPLACE_AFTER_S).name == "Camera: Audio"


def test_another_microphone_that_is_plugged_in_instead_is_used_at_once(bus: Bus) -> None:
    bus.plug(1, "Mic", "1-1.2")
    bus.plug(2, "Camera", "1-1.3", OTHER_MODEL)
    bus.open("Mic: Audio")
    bus.unplug(1)
    bus.try_in_vain([0.1])
    bus.plug(1, "Jabra", "1-1.2", "0b0e:0412")
    assert bus.reopen(1.0).name == "Jabra: Audio"


def test_the_one_that_took_its_place_is_looked_for_from_then_on(bus: Bus) -> None:
    bus.plug(1, "Mic", "1-1.2")
    bus.open()
    bus.unplug(1)
    bus.try_in_vain([0.1])
    bus.plug(1, "Jabra", "1-1.2", "0b0e:0412")
    bus.reopen(1.0)
    bus.unplug(1)
    bus.try_in_vain([100.0])
    bus.plug(2, "Mic", "1-1.2")
    bus.plug(1, "Jabra", "1-1.4", "0b0e:0412")
    assert bus.reopen(101.0).name == "Jabra: Audio"


def test_a_microphone_that_the_owner_named_by_its_port_is_known_elsewhere_by_its_serial_number(
    bus: Bus,
) -> None:
    named = "Mic: Audio (USB port 1-1.2)"
    bus.plug(1, "Mic", "1-1.2", serial="S1")
    bus.open(named)
    bus.unplug(1)
    bus.plug(1, "Mic", "1-1.4", serial="S2")
    with pytest.raises(DeviceError, match="there is no microphone"):
        bus.reopen(0.1, named)
    bus.plug(2, "Mic", "1-1.3", serial="S1")
    assert bus.reopen(1.0, named).index == 2


MIC_ID = Identity(MODEL, "", "1-1.2")
MIC = Card(1, "Mic", "Mic", MIC_ID, on_usb=True)
CAMERA = Card(2, "Cam", "Camera", Identity(OTHER_MODEL, "", "1-1.3"), on_usb=True)
BUILT_IN = Card(0, "Loop", "Loopback", None, on_usb=False)


def tries(search: Search, cards: list[Card], from_s: int, to_s: int) -> list[float]:
    """When it is tried, of the looks that are taken every second."""
    return [now_s for now_s in map(float, range(from_s, to_s)) if _tries(search, cards, now_s)]


def _tries(search: Search, cards: list[Card], now_s: float) -> bool:
    worth = search.is_worth_a_try(cards, now_s)
    if worth:
        search.previous("Mic", cards, now_s)
    return worth


def test_in_the_first_seconds_every_try_is_made_and_later_those_that_cost_little() -> None:
    search = Search(MIC_ID)
    search.found(MIC_ID)
    assert tries(search, [CAMERA], 100, 110) == list(range(100, 110))
    assert tries(search, [CAMERA], 110, 119) == [112, 115, 118]
    assert IDLE_PAUSE_S + 1 < 5.0  # what comes back untold is looked at in time


@pytest.mark.parametrize("card", [MIC, BUILT_IN])
def test_whatever_is_plugged_in_is_tried_in_the_same_second(card: Card) -> None:
    search = Search(MIC_ID)
    tries(search, [], 0, 1000)
    assert tries(search, [card], 1000, 1000 + int(EAGER_S)) == list(range(1000, 1010))


def test_the_next_loss_begins_as_eagerly() -> None:
    search = Search(MIC_ID)
    tries(search, [], 0, 1000)
    search.found(MIC_ID)
    assert tries(search, [], 1000, 1005) == list(range(1000, 1005))
