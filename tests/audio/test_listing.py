"""The list of devices, as a person reads it."""

from dataclasses import replace

from appliance.audio.cards import Direction, Identity
from appliance.audio.catalog import DeviceInfo
from appliance.audio.listing import list_for_people

MIC = DeviceInfo(
    "USB PnP Sound Device: Audio",
    3,
    1,
    0,
    48_000,
    usb=True,
    identity=Identity("0d8c:0014", "A17", "1-1.3"),
    hardware=(1, 0),
    other_names=("USB PnP Sound Device: Audio (USB port 1-1.3)", "hw:CARD=Device,DEV=0"),
)
JACK = DeviceInfo("bcm2835 Headphones: -", 0, 0, 8, 44_100, usb=False, hardware=(0, 0))


def test_a_name_stands_alone_and_what_there_is_to_know_below_it() -> None:
    formats = {
        (MIC.name, Direction.CAPTURE): [(44_100, 1), (48_000, 1)],
        (JACK.name, Direction.PLAYBACK): [(44_100, 2), (48_000, 2)],
    }
    assert list_for_people([MIC, JACK], formats) == (
        "microphones:\n"
        "  USB PnP Sound Device: Audio\n"
        "      USB port 1-1.3, USB 0d8c:0014, serial A17, hw:CARD=Device,DEV=0\n"
        "      44.1, 48 kHz, mono\n"
        '      chosen by itself (device = "")\n'
        "\n"
        "loudspeakers:\n"
        "  bcm2835 Headphones: -\n"
        "      44.1, 48 kHz, stereo only\n"
        '      chosen by itself (device = "")\n'
        "\n"
        "To use one, put its name into the configuration:\n"
        "  [audio.input]\n"
        '  device = "USB PnP Sound Device: Audio"\n'
        "  [audio.output]\n"
        '  device = "bcm2835 Headphones: -"\n'
        'With device = "" it chooses by itself: a USB device where there is one.'
    )


def test_the_devices_of_the_configuration_are_marked() -> None:
    listed = list_for_people(
        [MIC, JACK], {}, {Direction.CAPTURE: "hw:CARD=Device,DEV=0", Direction.PLAYBACK: JACK.name}
    )
    microphones, loudspeakers = listed.split("loudspeakers:")
    assert "      the one in the configuration (audio.input.device)\n" in microphones
    assert "      the one in the configuration (audio.output.device)\n" in loudspeakers


def test_a_device_of_the_configuration_that_is_not_there_is_missed() -> None:
    listed = list_for_people([MIC, JACK], {}, {Direction.CAPTURE: "Jabra", Direction.PLAYBACK: ""})
    assert f"  audio.input.device: there is no microphone 'Jabra'; present: '{MIC.name}'\n" in listed
    assert "the one in the configuration" not in listed


def test_nothing_is_said_to_be_nothing() -> None:
    listed = list_for_people([], {})
    assert "microphones:\n  none\n" in listed
    assert "loudspeakers:\n  none\n" in listed
    assert "is it plugged in? Is your user in the group audio?" in listed
    assert "To use one" not in listed


def test_a_device_in_use_is_listed_with_its_user() -> None:
    busy = replace(MIC, input_channels=0, users={Direction.CAPTURE: "arecord (process 1234)"})
    assert "      in use by arecord (process 1234)\n" in list_for_people([busy], {})


def test_a_name_of_libasound_is_listed_only_where_it_takes_sound() -> None:
    spk = DeviceInfo("spk", 1, 32, 32, 44_100, usb=False)
    listed = list_for_people(
        [spk], {("spk", Direction.CAPTURE): [], ("spk", Direction.PLAYBACK): [(48_000, 1)]}
    )
    assert listed.count("  spk\n") == 1
    assert "microphones:\n  none\n" in listed


def test_twins_come_with_an_explanation() -> None:
    twins = [
        replace(MIC, name=f"Mic (USB port 1-1.{port})", identity=Identity("", "", f"1-1.{port}"))
        for port in (2, 4)
    ]
    assert "Devices of the same make are told apart by their USB port" in list_for_people(twins, {})
