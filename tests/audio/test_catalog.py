"""Which device is meant."""

from pathlib import Path

import pytest

from appliance.audio.cards import Direction, Places
from appliance.audio.catalog import DeviceInfo, choose, describe, formats_to_try, list_all
from appliance.audio.search import Previous
from appliance.errors import DeviceError
from tests.audio.fake_cards import Tree

NOWHERE = Places(*[Path("/nonexistent")] * 4)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def device(name: str, inputs: int = 1, outputs: int = 0, *, usb: bool = False) -> DeviceInfo:
    return DeviceInfo(name, 0, inputs, outputs, 48_000, usb)


def test_a_name_does_not_hold_the_number_of_the_card() -> None:
    first = describe(NOWHERE, "USB PnP Sound Device: Audio (hw:1,0)", 4, 1, 0, 44_100.0)
    second = describe(NOWHERE, "USB PnP Sound Device: Audio (hw:2,0)", 7, 1, 0, 44_100.0)
    assert first is not None
    assert second is not None
    assert first.name == second.name == "USB PnP Sound Device: Audio"


def test_a_device_can_be_called_by_its_alsa_name_and_by_its_place_too(tree: Tree) -> None:
    tree.card(2, "Device", "USB PnP Sound Device", usb_port="1-1.3")
    (only,) = list_all([("USB PnP Sound Device: Audio (hw:2,0)", 4, 1, 0, 44_100.0)], tree.places)
    assert only.usb
    for name in (
        "USB PnP Sound Device: Audio",
        "hw:CARD=Device,DEV=0",
        "USB PnP Sound Device: Audio (USB port 1-1.3)",
    ):
        assert choose([only], name, Direction.CAPTURE) is only


def test_a_card_that_is_built_in_is_not_on_the_usb(tree: Tree) -> None:
    tree.card(0, "Headphones", "bcm2835 Headphones")
    built_in = describe(tree.places, "bcm2835 Headphones: - (hw:0,0)", 1, 0, 8, 44_100.0)
    assert built_in is not None
    assert not built_in.usb


@pytest.mark.parametrize("name", ["sysdefault", "surround51", "lavrate", "dmix", "front"])
def test_the_plugins_of_libasound_are_no_devices(name: str) -> None:
    assert describe(NOWHERE, name, 0, 32, 32, 44_100.0) is None


@pytest.mark.parametrize("name", ["default", "pulse", "pipewire", "kitchen"])
def test_what_the_owner_or_the_system_defined_is_a_device(name: str) -> None:
    assert describe(NOWHERE, name, 0, 32, 32, 44_100.0) is not None


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_twins_are_told_apart_by_their_usb_ports_however_they_are_numbered(
    tree: Tree, order: tuple[int, int]
) -> None:
    left, right = order
    tree.card(left, "Device" if left == 1 else "Device_1", "Twin", usb_port="1-1.2")
    tree.card(right, "Device" if right == 1 else "Device_1", "Twin", usb_port="1-1.4")
    twins = list_all([(f"Twin: Audio (hw:{n},0)", n, 1, 0, 44_100.0) for n in (1, 2)], tree.places)
    assert [(twin.name, twin.index) for twin in twins] == [
        ("Twin: Audio (USB port 1-1.2)", left),
        ("Twin: Audio (USB port 1-1.4)", right),
    ]
    assert choose(twins, "Twin: Audio", Direction.CAPTURE).index == left


def test_twins_that_are_built_in_are_told_apart_by_their_alsa_names(tree: Tree) -> None:
    for number in (1, 2):
        tree.card(number, f"Codec{number}", "Codec")
    twins = list_all([(f"Codec: - (hw:{n},0)", n, 1, 0, 44_100.0) for n in (1, 2)], tree.places)
    assert [twin.name for twin in twins] == [
        "Codec: - (hw:CARD=Codec1,DEV=0)",
        "Codec: - (hw:CARD=Codec2,DEV=0)",
    ]


def test_a_device_in_use_is_listed_though_portaudio_leaves_it_out(tree: Tree) -> None:
    tree.card(1, "Mic", "Cheap Mic", usb_port="1-1.2")
    tree.pcm(1, 0, "c", "USB Audio", owner=1234)
    tree.process(1234, "arecord")
    (busy,) = list_all([], tree.places)
    assert busy.name == "Cheap Mic: USB Audio"
    assert busy.users == {Direction.CAPTURE: "arecord (process 1234)"}
    for wanted in ("", "Cheap Mic: USB Audio"):
        with pytest.raises(DeviceError) as raised:
            choose([busy], wanted, Direction.CAPTURE)
        assert str(raised.value) == (
            "the microphone 'Cheap Mic: USB Audio' is in use by arecord (process 1234)"
        )


def test_the_free_half_of_a_headset_can_be_had_while_the_other_half_is_in_use(tree: Tree) -> None:
    tree.card(1, "Set", "Headset", usb_port="1-1.2")
    tree.pcm(1, 0, "c", "USB Audio", owner=1234)
    tree.pcm(1, 0, "p", "USB Audio")
    (headset,) = list_all([("Headset: USB Audio (hw:1,0)", 3, 0, 2, 48_000.0)], tree.places)
    assert choose([headset], "", Direction.PLAYBACK) is headset
    with pytest.raises(DeviceError, match="in use by process 1234"):
        choose([headset], "", Direction.CAPTURE)


def test_a_usb_device_is_preferred() -> None:
    devices = [device("built in"), device("default"), device("Jabra", usb=True)]
    assert choose(devices, "", Direction.CAPTURE).name == "Jabra"


@pytest.mark.parametrize("previous", ["", "Jabra"])
def test_a_free_usb_device_is_preferred_to_one_in_use(previous: str) -> None:
    busy = DeviceInfo("Logitech", -1, 0, 0, 0, usb=True, users={Direction.CAPTURE: "arecord"})
    devices = [busy, device("default"), device("Anker", usb=True)]
    assert choose(devices, "", Direction.CAPTURE, Previous(previous)).name == "Anker"


def test_a_free_device_that_is_built_in_takes_no_place_of_a_usb_device_in_use() -> None:
    busy = DeviceInfo("Logitech", -1, 0, 0, 0, usb=True, users={Direction.CAPTURE: "arecord"})
    with pytest.raises(DeviceError, match=r"^the microphone 'Logitech' is in use by arecord$"):
        choose([busy, device("default")], "", Direction.CAPTURE)


def test_without_a_usb_device_the_default_is_taken() -> None:
    devices = [device("built in"), device("default")]
    assert choose(devices, "", Direction.CAPTURE).name == "default"


def test_without_a_default_the_first_one_is_taken() -> None:
    devices = [device("HDMI", 0, 2), device("headphones", 0, 2)]
    assert choose(devices, "", Direction.PLAYBACK).name == "HDMI"


def test_a_usb_microphone_is_no_loudspeaker() -> None:
    devices = [device("USB mic", 1, 0, usb=True), device("headphones", 0, 2)]
    assert choose(devices, "", Direction.PLAYBACK).name == "headphones"


def test_the_named_device_is_taken() -> None:
    devices = [device("Jabra", usb=True), device("kitchen")]
    assert choose(devices, "kitchen", Direction.CAPTURE).name == "kitchen"


def test_a_missing_device_is_one_sentence_that_names_those_present() -> None:
    with pytest.raises(DeviceError) as raised:
        choose([device("a"), device("b"), device("c", 0, 2)], "kitchen", Direction.CAPTURE)
    assert str(raised.value) == "there is no microphone 'kitchen'; present: 'a', 'b'"


def test_no_device_at_all_is_one_sentence() -> None:
    with pytest.raises(DeviceError) as raised:
        choose([device("only a microphone")], "", Direction.PLAYBACK)
    assert str(raised.value) == "there is no loudspeaker: connect one (`appliance devices` lists them)"


def test_a_lost_device_is_taken_again_and_nothing_that_happens_to_be_there() -> None:
    devices = [device("default"), device("Jabra", usb=True), device("Logitech", usb=True)]
    assert choose(devices, "", Direction.CAPTURE, previous=Previous("Logitech")).name == "Logitech"
    with pytest.raises(DeviceError, match="there is no microphone 'Jabra'; present: 'default'"):
        choose(devices[:1], "", Direction.CAPTURE, previous=Previous("Jabra"))


def test_a_lost_device_may_be_replaced_by_another_one_on_the_usb() -> None:
    devices = [device("default"), device("Logitech", usb=True)]
    assert choose(devices, "", Direction.CAPTURE, previous=Previous("Jabra")).name == "Logitech"


def test_a_lost_device_that_the_owner_named_is_not_replaced() -> None:
    with pytest.raises(DeviceError, match="there is no microphone 'Jabra'"):
        choose([device("Logitech", usb=True)], "Jabra", Direction.CAPTURE, previous=Previous("Jabra"))


def test_the_wanted_rate_is_tried_first_then_what_nearly_all_take_and_a_telephones_last() -> None:
    tried = formats_to_try(device("USB", 2), Direction.CAPTURE, 16_000)
    assert tried[:4] == [(16_000, 1), (16_000, 2), (48_000, 1), (48_000, 2)]
    assert tried[-1] == (8_000, 2)
    assert len(set(tried)) == len(tried)


def test_all_channels_of_an_array_are_tried_when_nothing_else_was_taken() -> None:
    tried = formats_to_try(device("array", 6), Direction.CAPTURE, 16_000)
    counts = [channels for _, channels in tried]
    assert counts == sorted(counts, key=lambda count: count == 6)
    assert (16_000, 6) in tried


def test_a_rate_that_only_this_device_has_is_tried_too() -> None:
    odd = DeviceInfo("odd", 0, 1, 0, 37_800, usb=False)
    assert (37_800, 1) in formats_to_try(odd, Direction.CAPTURE, 16_000)
