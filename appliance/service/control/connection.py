"""One client of the control socket: its requests, its replies, its deadlines."""

import asyncio
import os
import select
import socket
from collections.abc import Callable
from contextlib import aclosing, suppress
from pathlib import Path
from traceback import extract_tb

from appliance.service.control.controls import Controls, Refused
from appliance.service.control.dispatch import replies_to
from appliance.service.control.replies import Members, encode_reply, failed
from appliance.service.control.requests import MAX_LINE_BYTES, AnyRequest, Ask, InvalidRequest, decode_request
from appliance.service.control.waits import Waits


class _Gone(Exception):
    """The client closed its connection, and nobody waits for the answer."""


class Connection:
    """One connection: reads a request, replies, reads the next.

    It holds at most two lines and what one receive call returns (asyncio: 256 kB) of requests, and one
    line over asyncio's 64 kB of replies.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        controls: Controls,
        report: Callable[[str], None],
        waits: Waits,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._socket: socket.socket = writer.get_extra_info("socket")
        self._controls = controls
        self._report = report
        self._waits = waits
        self._idle_since_s: float | None = None  # loop time; None while a request is under way

    @property
    def idle_since_s(self) -> float | None:
        """The loop's time from which on it has asked nothing; None while a request is under way."""
        return self._idle_since_s

    async def serve(self) -> None:
        """Answer until it goes away or has to go."""
        try:
            with suppress(_Gone):
                while (line := await self._line()) is not None and await self._answer_while_there(line):
                    pass
            await self._hang_up()
        finally:
            self._writer.transport.abort()

    async def dismiss(self, sentence: str) -> None:
        """Say why, and end the connection."""
        try:
            with suppress(_Gone):
                await self._reply(failed(sentence))
            await self._hang_up()
        finally:
            self._writer.transport.abort()

    def tell(self, sentence: str) -> None:
        """Say why its connection is about to end, as far as that can be sent at once."""
        self._writer.write(encode_reply(failed(sentence)))

    def turn_away(self, sentence: str) -> None:
        """Say why, and end the connection at once. A client that is sending just then may miss it."""
        self.tell(sentence)
        with suppress(OSError):  # nothing was sent, or nobody is there
            os.read(self._socket.fileno(), MAX_LINE_BYTES)  # what stays unread would take the sentence along
        self._writer.transport.abort()

    async def _line(self) -> bytes | None:
        """The next request; None at the end of the connection, and where no further one can follow."""
        self._idle_since_s = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._waits.request_s):
                return await self._reader.readuntil()
        except TimeoutError:
            sentence = f"No request came in {self._waits.request_s:g} s."
        except asyncio.LimitOverrunError:
            sentence = f"A request has at most {MAX_LINE_BYTES} bytes, its line end included."
        except asyncio.IncompleteReadError as end:
            if not end.partial:
                return None
            sentence = "The request broke off: it has no line end."
        except ConnectionError:
            return None
        finally:
            self._idle_since_s = None
        await self._reply(failed(sentence))
        return None

    async def _answer_while_there(self, line: bytes) -> bool:
        """Answer one request; whether the client is still there then."""
        there = True
        try:
            async with asyncio.TaskGroup() as group:
                await self._answer(line, group)
        except* _Gone:
            there = False
        return there

    async def _watch(self) -> None:
        """Raises _Gone once both directions are closed: who only ended its requests still reads."""
        poll = select.poll()
        poll.register(self._socket, 0)
        # The loop tells of a direction that ends, not of the connection.
        while not poll.poll(0):  # noqa: ASYNC110
            await asyncio.sleep(self._waits.look_s)
        raise _Gone

    async def _answer(self, line: bytes, group: asyncio.TaskGroup) -> None:
        """Every reply to one request, the last one always; raises _Gone."""
        try:
            await self._do(decode_request(line), group)
        except _Gone:
            raise
        except asyncio.CancelledError:
            self._writer.write(encode_reply(failed("The appliance is ending.")))
            raise
        except (InvalidRequest, Refused) as refused:
            await self._reply(failed(str(refused)))
        except TimeoutError:
            await self._reply(failed("The appliance did not answer in time."))
        except Exception as fault:  # noqa: BLE001  the daemon goes on: only this client has no answer
            self._report(f"a control failed by a fault of ours: {_whereabouts(fault)}")
            await self._reply(failed(f"This is a fault of ours: {_whereabouts(fault)}"))

    async def _do(self, request: AnyRequest, group: asyncio.TaskGroup) -> None:
        """An answer is given up when nobody waits for it; everything else is done all the same."""
        if not isinstance(request, Ask):
            await self._relay(request, self._waits.call_s)
            return
        watching = group.create_task(self._watch())
        try:
            await self._relay(request, self._waits.piece_s)
        finally:
            watching.cancel()

    async def _relay(self, request: AnyRequest, patience_s: float) -> None:
        async with aclosing(replies_to(request, self._controls)) as replies:
            while True:
                async with asyncio.timeout(patience_s):
                    members = await anext(replies, None)
                if members is None:
                    return
                await self._reply(members)

    async def _reply(self, members: Members) -> None:
        """Raises _Gone where nobody takes it, ValueError where it has no line."""
        line = encode_reply(members)
        try:
            async with asyncio.timeout(self._waits.write_s):
                self._writer.write(line)
                await self._writer.drain()
        except (ConnectionError, TimeoutError) as lost:
            raise _Gone from lost

    async def _hang_up(self) -> None:
        """End it so that what was written can still be read, but not for ever: a connection that is closed
        with a request unread takes its last reply along."""
        with suppress(OSError):  # it went away first, or time is up
            async with asyncio.timeout(self._waits.write_s):
                self._writer.write_eof()
                while await self._reader.read(MAX_LINE_BYTES):
                    pass
                self._writer.close()
                await self._writer.wait_closed()


def _whereabouts(fault: Exception) -> str:
    frame = extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__}: {fault} at {Path(frame.filename).name}:{frame.lineno}"
