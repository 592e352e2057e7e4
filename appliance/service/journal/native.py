"""The journal's own protocol (systemd's library holds every thread while it waits: decision 0024)."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

# Of systemd (sd-journal's native protocol): fields NAME=value, one a line; a datagram is an entry.
SOCKET: Final = "/run/systemd/journal/socket"
# A journal that is restarted takes nothing for a second or two; systemd keeps its socket for it.
SEND_TIMEOUT_S: Final = 10.0


def datagram_of(fields: Mapping[str, str]) -> bytes:
    """One entry. Names are upper-case letters, digits and _; values are on one line. Far below what a
    datagram takes: texts are bounded before."""
    return "".join(f"{name}={value}\n" for name, value in fields.items()).encode()


def send(fields: Mapping[str, str], path: str = SOCKET) -> bool:
    """One entry; whether it was taken. Waits where the journal is full: who calls is a thread of its own.
    Where there is no journal at the moment the entry is lost."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal, suppress(OSError):
        journal.settimeout(SEND_TIMEOUT_S)
        journal.sendto(datagram_of(fields), path)
        return True
    return False
