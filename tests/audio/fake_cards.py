"""A kernel's tree of sound cards, written by a test."""

import shutil
from pathlib import Path

from appliance.audio.cards import Places


class Tree:
    """`/proc/asound`, `/sys/class/sound` and `/proc` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.places = Places(folder / "asound", folder / "sound", folder / "proc", folder / "cgroup")
        self._devices = folder / "devices"
        for place in (self.places.asound, self.places.sound, self.places.processes, self._devices):
            place.mkdir()
        (self.places.asound / "cards").touch()

    def card(
        self, number: int, card_id: str, name: str, usb_port: str = "", model: str = "", serial: str = ""
    ) -> None:
        """A card, plugged into `usb_port` or built in; on the USB it may tell its model and its serial."""
        with (self.places.asound / "cards").open("a") as file:
            file.write(f"{number:2} [{card_id:<15}]: USB-Audio - {name}\n{'':22}Maker {name} at somewhere\n")
        (self.places.asound / f"card{number}").mkdir()
        device = self._devices / (usb_port or f"platform{number}")
        interface = device / (f"{usb_port}:1.0" if usb_port else "sound")
        interface.mkdir(parents=True)
        if model:
            for file_name, told in zip(("idVendor", "idProduct"), model.split(":"), strict=True):
                (device / file_name).write_text(f"{told}\n")
        if serial:
            (device / "serial").write_text(f"{serial}\n")
        (self.places.sound / f"card{number}").mkdir()
        (self.places.sound / f"card{number}" / "device").symlink_to(interface)

    def unplug(self, number: int) -> None:
        """The card is gone, and its number free."""
        cards = self.places.asound / "cards"
        lines = cards.read_text().splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{number:2} ["))
        cards.write_text("".join(lines[:at] + lines[at + 2 :]))
        link = self.places.sound / f"card{number}" / "device"
        shutil.rmtree(link.resolve().parent)
        shutil.rmtree(link.parent)
        shutil.rmtree(self.places.asound / f"card{number}")

    def pcm(self, card: int, number: int, letter: str, name: str, owner: int | None = None) -> None:
        """Something on the card that records ("c") or plays ("p"), in use by the thread `owner`."""
        folder = self.places.asound / f"card{card}" / f"pcm{number}{letter}"
        (folder / "sub0").mkdir(parents=True)
        (folder / "info").write_text(f"card: {card}\ndevice: {number}\nid: {name}\nname: {name}\n")
        status = (
            "closed\n" if owner is None else f"state: RUNNING\nowner_pid   : {owner}\ntrigger_time: 1.2\n"
        )
        (folder / "sub0" / "status").write_text(status)

    def process(self, number: int, name: str, thread: int | None = None) -> None:
        """A process, and one of its threads."""
        for entry in {number, thread or number}:
            folder = self.places.processes / str(entry)
            folder.mkdir()
            (folder / "status").write_text(f"Name:\t{name}\nTgid:\t{number}\nPid:\t{entry}\n")
            (folder / "comm").write_text(f"{name if entry == number else 'a thread'}\n")
