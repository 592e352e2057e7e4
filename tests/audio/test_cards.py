"""What the kernel tells about sound cards."""

from pathlib import Path

import pytest

from appliance.audio.cards import Card, Direction, Identity, Places, list_cards, list_pcms, user_of
from tests.audio.fake_cards import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_a_card_is_known_by_its_id_its_name_and_where_it_is_plugged_in(tree: Tree) -> None:
    tree.card(0, "Headphones", "bcm2835 Headphones")
    tree.card(2, "Device", "USB PnP Sound Device", usb_port="1-1.3")
    assert list_cards(tree.places) == {
        0: Card(0, "Headphones", "bcm2835 Headphones", None, on_usb=False),
        2: Card(2, "Device", "USB PnP Sound Device", Identity("", "", "1-1.3"), on_usb=True),
    }


def test_a_usb_card_is_known_by_its_make_its_serial_number_and_its_port(tree: Tree) -> None:
    tree.card(2, "Device", "USB PnP Sound Device", usb_port="1-1.3", model="0d8c:0014", serial="A\t1 \x07")
    assert list_cards(tree.places)[2].identity == Identity("0d8c:0014", "A1", "1-1.3")


def test_a_card_whose_place_is_not_told_is_known_to_be_on_the_usb(tree: Tree) -> None:
    tree.card(2, "Device", "USB PnP Sound Device")
    (tree.places.asound / "card2" / "usbid").write_text("0d8c:013c\n")
    assert list_cards(tree.places)[2].on_usb


def test_a_kernel_without_sound_has_no_cards(tmp_path: Path) -> None:
    (tmp_path / "cards").write_text("--- no soundcards ---\n")
    nothing = tmp_path / "nothing"
    assert list_cards(Places(tmp_path, nothing, nothing)) == {}
    assert list_cards(Places(nothing, nothing, nothing)) == {}


def test_what_a_card_records_and_plays_has_numbers_and_names(tree: Tree) -> None:
    tree.card(1, "Both", "Headset")
    tree.pcm(1, 0, "p", "USB Audio")
    tree.pcm(1, 0, "c", "USB Audio")
    tree.pcm(1, 1, "c", "Line")
    assert list(list_pcms(tree.places, 1, Direction.CAPTURE)) == [(0, "USB Audio"), (1, "Line")]
    assert list(list_pcms(tree.places, 1, Direction.PLAYBACK)) == [(0, "USB Audio")]


def test_who_uses_a_device_is_told_by_the_program_even_where_a_thread_opened_it(tree: Tree) -> None:
    tree.card(1, "Mic", "Mic")
    tree.pcm(1, 0, "c", "Audio", owner=4330)
    tree.process(4321, "audacity", thread=4330)
    assert user_of(tree.places, 1, 0, Direction.CAPTURE) == "audacity (process 4321)"


def test_a_program_that_cannot_be_seen_has_a_number_at_least(tree: Tree) -> None:
    tree.card(1, "Mic", "Mic")
    tree.pcm(1, 0, "c", "Audio", owner=4321)
    assert user_of(tree.places, 1, 0, Direction.CAPTURE) == "process 4321"


def test_a_program_of_another_user_is_told_by_its_unit(tree: Tree) -> None:
    tree.card(1, "Mic", "Mic")
    tree.pcm(1, 0, "c", "Audio", owner=4321)
    unit = tree.places.groups / "user.slice/user-1000.slice/session.slice/pipewire.service"
    unit.mkdir(parents=True)
    (unit / "cgroup.threads").write_text("77\n4321\n")
    (unit.parent / "cgroup.threads").write_text("432\n")
    assert user_of(tree.places, 1, 0, Direction.CAPTURE) == "pipewire.service (process 4321)"


def test_a_free_device_has_no_user_and_neither_has_one_that_is_not_there(tree: Tree) -> None:
    tree.card(1, "Mic", "Mic")
    tree.pcm(1, 0, "c", "Audio")
    assert user_of(tree.places, 1, 0, Direction.CAPTURE) is None
    assert user_of(tree.places, 1, 0, Direction.PLAYBACK) is None


def test_a_device_of_which_one_of_two_parts_is_free_can_be_had(tree: Tree) -> None:
    tree.card(1, "Loopback", "Loopback")
    tree.pcm(1, 0, "c", "Loopback PCM", owner=4321)
    (tree.places.asound / "card1" / "pcm0c" / "sub1").mkdir()
    (tree.places.asound / "card1" / "pcm0c" / "sub1" / "status").write_text("closed\n")
    assert user_of(tree.places, 1, 0, Direction.CAPTURE) is None


def test_what_the_kernel_says_that_nobody_understands_is_some_other_program(tree: Tree) -> None:
    tree.card(1, "Mic", "Mic")
    tree.pcm(1, 0, "c", "Audio")
    (tree.places.asound / "card1" / "pcm0c" / "sub0" / "status").write_text("state: ?\n")
    assert user_of(tree.places, 1, 0, Direction.CAPTURE) == "another program"
