"""Which device is meant."""

from pathlib import Path

import pytest

from appliance.audio.catalog import DeviceInfo, Direction, choose, describe, number_twins
from appliance.errors import DeviceError


def device(name: str, inputs: int = 1, outputs: int = 0, *, usb: bool = False) -> DeviceInfo:
    return DeviceInfo(name, 0, inputs, outputs, 48_000, usb)


def test_a_name_does_not_hold_the_number_of_the_card(tmp_path: Path) -> None:
    first = describe("USB PnP Sound Device: Audio (hw:1,0)", 4, 1, 0, 44_100.0, tmp_path)
    second = describe("USB PnP Sound Device: Audio (hw:2,0)", 7, 1, 0, 44_100.0, tmp_path)
    assert first is not None
    assert second is not None
    assert first.name == second.name == "USB PnP Sound Device: Audio"


def test_a_card_on_the_usb_is_known_by_what_the_kernel_says(tmp_path: Path) -> None:
    (tmp_path / "card2").mkdir()
    (tmp_path / "card2" / "usbid").write_text("0d8c:013c\n")
    on_usb = describe("Plain Name: Audio (hw:2,0)", 0, 1, 1, 48_000.0, tmp_path)
    built_in = describe("bcm2835 Headphones: - (hw:0,0)", 1, 0, 8, 44_100.0, tmp_path)
    assert on_usb is not None
    assert on_usb.usb
    assert built_in is not None
    assert not built_in.usb


@pytest.mark.parametrize("name", ["sysdefault", "surround51", "lavrate", "dmix", "front"])
def test_the_plugins_of_libasound_are_no_devices(name: str) -> None:
    assert describe(name, 0, 32, 32, 44_100.0) is None


@pytest.mark.parametrize("name", ["default", "pulse", "pipewire", "kitchen"])
def test_what_the_owner_or_the_system_defined_is_a_device(name: str) -> None:
    assert describe(name, 0, 32, 32, 44_100.0) is not None


def test_twins_can_be_told_apart() -> None:
    twins = [device("Mic"), device("Other"), device("Mic"), device("Mic")]
    assert [twin.name for twin in number_twins(twins)] == ["Mic", "Other", "Mic #2", "Mic #3"]


def test_a_usb_device_is_preferred() -> None:
    devices = [device("built in"), device("default"), device("Jabra", usb=True)]
    assert choose(devices, "", Direction.CAPTURE).name == "Jabra"


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
