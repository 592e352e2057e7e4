"""A GPIO chip without hardware: a Silicon Labs CP2112 with eight lines, emulated over /dev/uhid.

Needs root and `modprobe uhid hid-cp2112`. The kernel then shows a real gpiochip with real edge events;
its driver asks the chip for its levels every few milliseconds, as it does with the real one. Report
numbers and layouts are those of the kernel's drivers/hid/hid-cp2112.c (data sheet AN495).

A program that releases a line which it watched for edges may be killed by Debian's 6.12 kernel
("scheduling while atomic" in that driver): watch until the machine is switched off.
"""

import os
import struct
import sys
import threading
from collections.abc import Callable
from typing import Final

LINES: Final = 8

# include/uapi/linux/uhid.h
_CREATE2, _GET_REPORT, _GET_REPORT_REPLY, _SET_REPORT, _SET_REPORT_REPLY = 11, 9, 10, 13, 14
_BUS_USB, _SILABS, _CP2112 = 3, 0x10C4, 0xEA90
_CREATE2_HEAD: Final = struct.Struct("<I128s64s64sHHIIII")
_GET_REPORT_HEAD: Final = struct.Struct("<IB")
_SET_REPORT_HEAD: Final = struct.Struct("<IBBH")
_MAX_DATA: Final = 4096
_MAX_EVENT: Final = 4380

# Feature reports, each with its length in bytes behind the number.
_CONFIG, _GET, _SET, _VERSION, _SMBUS = 2, 3, 4, 5, 6
_FEATURES: Final = ((1, 1), (_CONFIG, 4), (_GET, 1), (_SET, 2), (_VERSION, 2), (_SMBUS, 13))


def _feature(report: int, size: int) -> bytes:
    """The items of a HID report descriptor for one feature report."""
    return bytes([0x85, report, 0x95, size, 0x75, 8, 0x26, 0xFF, 0, 0x15, 0, 0x09, 1, 0xB1, 2])


_TRANSFERS: Final = bytes.fromhex("8513953e7508 26ff001500 09018102 8514953e 09019102 c0")
_DESCRIPTOR: Final = (
    bytes([0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01])
    + b"".join(_feature(*feature) for feature in _FEATURES)
    + _TRANSFERS
)
_REPLIES: Final = {
    _VERSION: bytes([_VERSION, 0x0C, 2]),
    _SMBUS: bytes([_SMBUS, 0, 1, 0x86, 0xA0, 2, 0, 0xFF, 0, 0xFF, 1, 0, 0, 0]),
}


class Chip:
    """The chip, plugged in until the process ends; `tell(line, level)` hears of each line the kernel sets.

    Inputs are high until they are driven low. `tell` is called in the thread that serves.
    """

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self._tell = tell
        self._levels = 0xFF
        self._config = bytes(4)
        self._kernel = os.open("/dev/uhid", os.O_RDWR)
        head = (_CREATE2, b"CP2112 HID USB-to-SMBus Bridge", b"virtual/input0", b"0001", len(_DESCRIPTOR))
        create = _CREATE2_HEAD.pack(*head, _BUS_USB, _SILABS, _CP2112, 0x100, 0)
        os.write(self._kernel, create + _DESCRIPTOR.ljust(_MAX_DATA, b"\0"))
        threading.Thread(target=self._serve, name="cp2112", daemon=True).start()

    def drive(self, line: int, level: int) -> None:
        """Put an input line to 0 or 1, from outside."""
        self._levels = self._levels | 1 << line if level else self._levels & ~(1 << line)

    def _serve(self) -> None:
        while True:
            event = os.read(self._kernel, _MAX_EVENT)
            (kind,) = struct.unpack_from("<I", event)
            if kind == _GET_REPORT:
                request, report = _GET_REPORT_HEAD.unpack_from(event, 4)
                self._answer(request, self._report(report))
            elif kind == _SET_REPORT:
                request, report, _, size = _SET_REPORT_HEAD.unpack_from(event, 4)
                self._take(report, event[12 : 12 + size])
                os.write(self._kernel, struct.pack("<IIH", _SET_REPORT_REPLY, request, 0))

    def _report(self, report: int) -> bytes:
        if report == _CONFIG:
            return bytes([_CONFIG]) + self._config
        if report == _GET:
            return bytes([_GET, self._levels])
        return _REPLIES.get(report, bytes([report]))

    def _answer(self, request: int, data: bytes) -> None:
        head = struct.pack("<IIHH", _GET_REPORT_REPLY, request, 0, len(data))
        os.write(self._kernel, head + data.ljust(_MAX_DATA, b"\0"))

    def _take(self, report: int, data: bytes) -> None:
        if report == _CONFIG:
            self._config = data[1:5]
        elif report == _SET:
            value, mask = data[1], data[2]
            self._levels = self._levels & ~mask | value & mask
            for line in range(LINES):
                if mask >> line & 1:
                    self._tell(line, value >> line & 1)


def main() -> None:
    """Be the chip until standard input ends: `LINE LEVEL` drives an input, and each output is printed so."""
    chip = Chip(lambda line, level: print(line, level, flush=True))
    for text in sys.stdin:
        line, level = text.split()
        chip.drive(int(line), int(level))


if __name__ == "__main__":
    main()
