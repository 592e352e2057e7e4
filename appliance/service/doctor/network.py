"""Whether each provider can be reached: its name, its port and its certificate. Nothing is asked of it."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from appliance.errors import Cause
from appliance.providers.causes import WORDS, cause_of, clock_is_set
from appliance.service.doctor.finding import Finding, broken, ok, skipped
from appliance.service.doctor.peers import Peer

# For the name and the connection. A resolver that is gone is given up by glibc after 5 s for each that is
# configured; the handshake of TLS comes from half around the world within one.
NAME_TIMEOUT_S: Final = 6.0
CONNECT_TIMEOUT_S: Final = 5.0

_NETWORK: Final = "look whether the router and the network cable or Wi-Fi are there (`ip address`, `nmcli`)"
_NAME: Final = "correct the address in the configuration, or look after the name server (`resolvectl status`)"
_CERTIFICATE: Final = (
    "`sudo apt-get install --reinstall ca-certificates`; in a guarded network ask who looks after it"
)
_ADVICE: Final[Mapping[Cause, str]] = {
    Cause.NETWORK_DOWN: _NETWORK,
    Cause.NAME_SERVER_DOWN: _NETWORK,
    Cause.NAME_UNKNOWN: _NAME,
    Cause.HOST_UNREACHABLE: "switch the server on, or correct its address in the configuration",
    Cause.REFUSED: "start the server, or correct its address in the configuration",
    Cause.CLOCK_NOT_SET: "wait until the network has set the clock (`timedatectl status`)",
    Cause.CERTIFICATE_INVALID: _CERTIFICATE,
}


def check_network(peers: Sequence[Peer], look: Callable[[Peer], Finding] | None = None) -> list[Finding]:
    """One finding for each peer, in their order, all at once; nobody waits longer than both timeouts.

    A look-up of a name cannot be ended, so each has a thread that nobody waits for in the end.
    """
    if not peers:
        return [skipped("network", "nobody is asked over a network: only this machine itself answers")]
    found: dict[int, Finding] = {}
    threads = [
        threading.Thread(target=_note, args=(found, number, peer, look or look_at), daemon=True)
        for number, peer in enumerate(peers)
    ]
    for thread in threads:
        thread.start()
    deadline_s = time.monotonic() + NAME_TIMEOUT_S + 2 * CONNECT_TIMEOUT_S
    for thread in threads:
        thread.join(max(deadline_s - time.monotonic(), 0))
    return [found.get(number) or _silent(peer) for number, peer in enumerate(peers)]


def _silent(peer: Peer) -> Finding:
    return broken(f"network: {peer.name}", f"{peer.host} does not answer", _NETWORK)


def _note(found: dict[int, Finding], number: int, peer: Peer, look: Callable[[Peer], Finding]) -> None:
    found[number] = look(peer)


def look_at(
    peer: Peer,
    *,
    trusted: ssl.SSLContext | None = None,
    clock_was_set: Callable[[], bool | None] = clock_is_set,
    connect: Callable[[Peer], socket.socket] | None = None,
) -> Finding:
    """Look the name up, connect, and shake hands; `trusted` instead of the system's certificates."""
    name = f"network: {peer.name}"
    try:
        with (connect or _connect)(peer) as connection:
            if not peer.encrypted:
                return ok(name, f"{peer.host} takes connections on port {peer.port}")
            context = trusted or ssl.create_default_context()
            context.wrap_socket(connection, server_hostname=peer.host).close()
    except UnicodeError:
        return broken(name, f"no server can have the name {peer.host!r}", _NAME)
    except OSError as error:  # ssl's and the resolver's are OSErrors, too
        cause = cause_of(error, clock_is_set=clock_was_set())
        if cause is None:
            return broken(name, f"{peer.host} cannot be reached: {_words(error)}", _NETWORK)
        return broken(
            name, f"{peer.host} cannot be reached: {WORDS[cause]} ({_words(error)})", _ADVICE[cause]
        )
    return ok(name, f"{peer.host} is reached, and its certificate is valid")


def _connect(peer: Peer) -> socket.socket:
    return socket.create_connection((peer.host, peer.port), CONNECT_TIMEOUT_S)


def _words(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message)
    return error.strerror or str(error) or type(error).__name__
