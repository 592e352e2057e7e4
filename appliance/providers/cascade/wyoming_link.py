"""One connection to a Wyoming server, with a deadline for everything that can hang.

The protocol knows neither keys nor encryption (PROTOCOLS.md §6.1), so nobody is talked to whose address
is not one of the house: sound that a person made never goes unencrypted through the internet.
"""

import asyncio
import ipaddress
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from appliance.errors import ConfigurationError, FailureCategory, ProviderError
from appliance.providers.cascade.wyoming_data import Kind, Service, failure_of, service
from appliance.providers.cascade.wyoming_frames import EventReader, WyomingEvent, encode
from appliance.providers.causes import unreachable

# A machine in the same house answers within milliseconds; Wi-Fi that retransmits a lost SYN adds 1 s.
CONNECT_TIMEOUT_S = 3.0
# From "describe" to "info", which every server has at hand.
INFO_TIMEOUT_S = 3.0
# What is unsent: all that the chain keeps of a turn (240 s), told again at once. More is a dead peer.
UNSENT_MAX_BYTES = 8 * 1024 * 1024
# What is left to be sent goes within this, else with the connection; a stage is closed within a second.
CLOSE_TIMEOUT_S = 0.5
READ_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class WyomingAddress:
    """Where a server listens: `host` and `port`, or the socket at `path`; `name` is how it is spoken of."""

    host: str = ""
    port: int = 0
    path: str = ""

    @property
    def name(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.path or f"{host}:{self.port}"


def wyoming_address(key: str, url: str) -> WyomingAddress:
    """The server that "tcp://HOST:PORT" or "unix:///PATH" names; `key` names the setting in an error.

    Raises `ConfigurationError` for anything else; it does not repeat the URL.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 0
    except ValueError as broken:
        raise ConfigurationError([f"{key}: is no address"]) from broken
    if parts.query or parts.fragment or parts.username is not None or parts.password is not None:
        raise ConfigurationError([f"{key}: must be no more than tcp://HOST:PORT or unix:///PATH"])
    if parts.scheme == "unix" and not host and parts.path.startswith("/"):
        return WyomingAddress(path=parts.path)
    if parts.scheme != "tcp" or not host or not port or parts.path not in ("", "/"):
        raise ConfigurationError([f"{key}: must be tcp://HOST:PORT or unix:///PATH"])
    if _in_the_internet(host):
        raise ConfigurationError([f"{key}: Wyoming is not encrypted and {host} is not in this house"])
    return WyomingAddress(host, port)


class WyomingLink:
    """An open connection. Belongs to the event loop's thread."""

    def __init__(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._name = name
        self._reader = reader
        self._writer = writer
        self._events = EventReader()
        self._arrived: deque[WyomingEvent] = deque()
        self._failure: ProviderError | None = None

    def post(self, event: WyomingEvent) -> None:
        """Send without waiting. Bound: `UNSENT_MAX_BYTES`, beyond which the connection is given up, which
        `receive` tells."""
        if self._writer.transport.get_write_buffer_size() > UNSENT_MAX_BYTES:
            message = f"the Wyoming server {self._name} takes nothing any more"
            self._failure = ProviderError(FailureCategory.TIMED_OUT, message)
            self._writer.transport.abort()
            return
        self._writer.write(encode(event))

    async def ask(self, kind: Kind) -> Service:
        """What the server offers of `kind`. Raises `ProviderError` where that is nothing."""
        self.post(WyomingEvent("describe"))
        async with self._patience(INFO_TIMEOUT_S):
            while (event := await self.receive()).type != "info":
                pass
        return service(event, kind)

    async def receive_within(self, timeout_s: float) -> WyomingEvent:
        """`receive`, but `timed_out` where nothing comes in time."""
        async with self._patience(timeout_s):
            return await self.receive()

    async def receive(self) -> WyomingEvent:
        """The next event. Raises `ProviderError` once the connection is lost, and for an "error"."""
        while not self._arrived:
            try:
                data = await self._reader.read(READ_BYTES)
            except OSError as error:
                raise self._failure or self._lost(error.strerror or type(error).__name__) from error
            if not data:
                raise self._failure or self._lost("it closed the connection")
            self._arrived.extend(self._events.feed(data))
        event = self._arrived.popleft()
        if event.type == "error":
            raise failure_of(event)
        return event

    @asynccontextmanager
    async def _patience(self, timeout_s: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(timeout_s):
                yield
        except TimeoutError as late:
            message = f"the Wyoming server {self._name} said nothing within {timeout_s:g} s"
            raise ProviderError(FailureCategory.TIMED_OUT, message) from late

    def _lost(self, why: str) -> ProviderError:
        message = f"the Wyoming server {self._name} was lost ({why})"
        return ProviderError(FailureCategory.SESSION_CLOSED, message)


@asynccontextmanager
async def open_wyoming(address: WyomingAddress) -> AsyncIterator[WyomingLink]:
    """Connect (`ProviderError` where that fails) and close within `CLOSE_TIMEOUT_S`, also when cancelled."""
    reader, writer = await _connect(address)
    try:
        _refuse_the_internet(address, writer)
        yield WyomingLink(address.name, reader, writer)
    finally:
        writer.close()
        try:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await writer.wait_closed()
        finally:
            writer.transport.abort()


async def _connect(address: WyomingAddress) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            if address.path:
                return await asyncio.open_unix_connection(address.path)
            return await asyncio.open_connection(address.host, address.port)
    except TimeoutError as late:
        message = f"the Wyoming server {address.name} did not answer within {CONNECT_TIMEOUT_S:g} s"
        raise ProviderError(FailureCategory.TIMED_OUT, message) from late
    except (OSError, UnicodeError) as error:  # UnicodeError: a host that no resolver takes
        raise unreachable(f"the Wyoming server {address.name}", error) from error


def _refuse_the_internet(address: WyomingAddress, writer: asyncio.StreamWriter) -> None:
    """A name may lead anywhere; where it led to is known before the first byte."""
    peer = writer.get_extra_info("peername")
    if address.host and isinstance(peer, tuple) and _in_the_internet(str(peer[0])):
        message = (
            f"the Wyoming server {address.name} is at {peer[0]}, which is not in this house, and Wyoming is "
            "not encrypted: name it by its address in the home network"
        )
        raise ProviderError(FailureCategory.CONNECTION_FAILED, message)


def _in_the_internet(host: str) -> bool:
    """Whether `host` is an address that is routed everywhere; a name is none."""
    try:
        ip = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_global)
