"""Looks names up, each within a deadline, and away from the threads that others need.

The C library asks a dead name server for 10 s and more, and cannot be stopped. On the event loop's own pool
of threads a few of those hold up everything else that goes there.
"""

import asyncio
import os
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

# A name server in the house answers within 10 ms, one that has to ask others within a second; within 2 s of
# asking it is to be known that it does not.
LOOK_UP_TIMEOUT_S: Final = 2.0
# Names that are looked up at a time: providers, MCP servers. What hangs keeps its thread until the C library
# gives up, and whoever asks for the same name meanwhile waits for the same answer.
MAX_LOOK_UPS: Final = 4
# To the C library: ask again after 1 s and not after 5, for a datagram is easily lost on Wi-Fi; and give up
# after the second time, so that threads come back.
_RESOLVER_OPTIONS: Final = "timeout:1 attempts:2"

LookUp = tuple[Any, ...]


class ResolvingLoop(asyncio.SelectorEventLoop):
    """An event loop whose `getaddrinfo` ends within LOOK_UP_TIMEOUT_S: it raises what the C library does when
    no name server answers. Every library that looks names up does it here."""

    def __init__(self) -> None:
        super().__init__()
        self._look_ups = ThreadPoolExecutor(MAX_LOOK_UPS, "names")
        self._under_way: dict[LookUp, Future[Any]] = {}

    async def getaddrinfo(
        self, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Any:
        """As socket.getaddrinfo. Raises socket.gaierror (EAI_AGAIN) where nobody answers in time."""
        asked = (host, port, family, type, proto, flags)
        answer = self._under_way.get(asked)
        if answer is None or answer.done():
            answer = self._under_way[asked] = self._look_ups.submit(_look_up, *asked)
            answer.add_done_callback(lambda _: self._under_way.pop(asked, None))
        try:
            return await asyncio.wait_for(
                asyncio.shield(asyncio.wrap_future(answer, loop=self)), LOOK_UP_TIMEOUT_S
            )
        except TimeoutError:
            message = f"no name server answered within {LOOK_UP_TIMEOUT_S:g} s"
            raise socket.gaierror(socket.EAI_AGAIN, message) from None

    def close(self) -> None:
        """Also the threads, without waiting for what hangs."""
        self._look_ups.shutdown(wait=False, cancel_futures=True)
        super().close()


def patient_loop() -> ResolvingLoop:
    """A ResolvingLoop, in a process whose look-ups are told to be quick about it."""
    os.environ.setdefault("RES_OPTIONS", _RESOLVER_OPTIONS)
    return ResolvingLoop()


def _look_up(host: Any, port: Any, family: int, kind: int, proto: int, flags: int) -> Any:
    return socket.getaddrinfo(host, port, family, kind, proto, flags)
