"""A strict Gemini Live server on loopback, for tests and for trying things out.

    with SimulatorThread(Answer(pcm24k, "Hello.")) as sim:
        ...                                          # talk to sim.url
        assert not sim.record.violations

`python -m tests.simulators.gemini_live --port 0` prints its URL and, when it is interrupted, what it was
told; it exits with 1 if a client broke the protocol.
"""

import http
import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.simulators.gemini_connection import Connection
from tests.simulators.gemini_conversation import Vault
from tests.simulators.gemini_script import Answer, Behaviour, Record, Script, script_of
from tests.simulators.in_thread import SimulatorInThread
from tests.simulators.simulator import SocketSimulator

PATH = "/ws/google.ai.generativelanguage.v1.GenerativeService.BidiGenerateContent"


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
        self._vault = Vault()
        self._script = script_of(answers)
        self._behaviour = behaviour

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """The opening handshake: None lets the client in, also one with a bad key: that is told later."""
        asked = urlsplit(request.path)
        if asked.query:
            self.record.violations.append("handshake: a query, where a key would be seen by everybody")
        if self._behaviour.reject_status is not None:
            error = {"code": self._behaviour.reject_status, "message": "refused", "status": "UNKNOWN"}
            return connection.respond(
                http.HTTPStatus(self._behaviour.reject_status), json.dumps([{"error": error}])
            )
        if asked.path != PATH:
            return connection.respond(http.HTTPStatus.NOT_FOUND, "")
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        self.record.connections += 1
        assert socket.request is not None
        key = socket.request.headers.get("x-goog-api-key", "")
        if not key or self._behaviour.api_key not in (None, key):
            await socket.close(1007, "API key not valid. Please pass a valid API key.")
        else:
            await Connection(socket, self._script, self._behaviour, self.record, self._vault).run()
        self.record.goodbyes.append(socket.close_code)


class SimulatorThread(SimulatorInThread[Record]):
    """The server in a thread with a loop of its own, for tests that are not asynchronous."""

    def __init__(
        self,
        answers: Script | Answer | Sequence[Answer] = Answer(),  # noqa: B008  frozen
        behaviour: Behaviour = Behaviour(),  # noqa: B008  frozen
        *,
        port: int = 0,
    ) -> None:
        super().__init__(Simulator(answers, behaviour, port=port), "gemini simulator")


if __name__ == "__main__":
    from tests.simulators.gemini_cli import main

    main()
