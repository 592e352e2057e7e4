"""A strict GPT-Live server on loopback, for tests and for trying things out.

    with SimulatorThread(Answer(pcm24k, "Hello.")) as sim:
        ...                                          # talk to sim.url
        assert not sim.record.violations

`python -m tests.simulators.live_server --port 0` prints its URL and, when it is interrupted, what it was
told; it exits with 1 if a client broke the protocol.
"""

import argparse
import asyncio
import http
import json
import sys
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.simulators.in_thread import SimulatorInThread
from tests.simulators.live_conversation import LiveConversation, milliseconds
from tests.simulators.live_script import Answer, Behaviour, Record, Script, script_of
from tests.simulators.simulator import SocketSimulator, until_interrupted

PATH = "/v1/live/sessions"


class Simulator(SocketSimulator):
    """The server as an async context manager; any number of clients, one record."""

    def __init__(
        self,
        answers: Script | Answer | Sequence[Answer] = Answer(),  # noqa: B008  frozen
        behaviour: Behaviour = Behaviour(),  # noqa: B008  frozen
        *,
        port: int = 0,
    ) -> None:
        super().__init__(PATH, port)
        self.record = Record()
        self._script = script_of(answers)
        self._behaviour = behaviour
        self._gone = asyncio.Condition()

    async def until_gone(self, clients: int) -> None:
        """So many clients have closed their connection, or lost it."""
        async with self._gone:
            await self._gone.wait_for(lambda: len(self.record.goodbyes) >= clients)

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """The opening handshake: None lets the client in."""
        asked = urlsplit(request.path)
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if asked.query:
            self.record.violations.append("handshake: there is no query string")
        if self._behaviour.reject_status is not None:
            return _reject(connection, self._behaviour.reject_status, self._behaviour.reject_code)
        if asked.path != PATH:
            return _reject(connection, http.HTTPStatus.NOT_FOUND, "not_found")
        if not key or self._behaviour.api_key not in (None, key):
            return _reject(connection, http.HTTPStatus.UNAUTHORIZED, "invalid_api_key")
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        conversation = LiveConversation(self._script, self._behaviour, self.record, int(time.time()))
        garbage_sent = False
        try:
            async for frame in socket:
                for event in conversation.receive(frame):
                    await socket.send(json.dumps(event))
                played = conversation.played
                if played is not None and _reached(played[0].drop_after_ms, played[1]):
                    socket.transport.abort()
                if (
                    played is not None
                    and _reached(played[0].garbage_after_ms, played[1])
                    and not garbage_sent
                ):
                    garbage_sent = True
                    await socket.send("{ this is no json")
                if conversation.ended:
                    await socket.close()
        except ConnectionClosed:
            pass
        self.record.goodbyes.append(socket.close_code)
        async with self._gone:
            self._gone.notify_all()


def _reached(after_ms: int | None, played_ms: int) -> bool:
    return after_ms is not None and played_ms >= after_ms


def _reject(connection: ServerConnection, status: int, code: str) -> Response:
    body = {"error": {"type": "invalid_request_error", "code": code, "message": "refused"}}
    return connection.respond(http.HTTPStatus(status), json.dumps(body))


class SimulatorThread(SimulatorInThread[Record]):
    """The server in a thread with a loop of its own, for tests that are not asynchronous."""

    def __init__(
        self,
        answers: Script | Answer | Sequence[Answer] = Answer(),  # noqa: B008  frozen
        behaviour: Behaviour = Behaviour(),  # noqa: B008  frozen
        *,
        port: int = 0,
    ) -> None:
        super().__init__(Simulator(answers, behaviour, port=port), "live simulator")


def main() -> None:
    """Serve until SIGINT or SIGTERM, then print what was told; exit 1 after a violation."""
    parser = argparse.ArgumentParser(description="A strict GPT-Live server on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--transcript", default=Answer().transcript, help="what the answers say")
    parser.add_argument("--user-transcript", default=Answer().user_transcript, help="what the person said")
    options = parser.parse_args()
    answer = Answer(transcript=options.transcript, user_transcript=options.user_transcript)
    record = asyncio.run(until_interrupted(Simulator(answer, port=options.port)))
    heard_ms = [round(milliseconds(session.pcm24k)) for session in record.sessions]
    print(json.dumps({"heard_ms": heard_ms, "violations": record.violations}, indent=2))
    sys.exit(1 if record.violations else 0)


if __name__ == "__main__":
    main()
