"""A strict OpenAI Realtime server (GA, or beta) on loopback, for tests and for trying things out.

    with SimulatorThread(Answer(pcm24k, "Hello.")) as sim:
        ...                                          # talk to sim.url
        assert not sim.record.violations

`python -m tests.simulators.openai_realtime --port 0` prints its URL and, when it is interrupted,
what it was told; it exits with 1 if a client broke the protocol.
"""

import http
import json
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.simulators.in_thread import SimulatorInThread
from tests.simulators.openai_connection import Connection
from tests.simulators.openai_script import Answer, Behaviour, Record, Script, script_of
from tests.simulators.simulator import SocketSimulator

PATH = "/v1/realtime"


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

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """The opening handshake: None lets the client in."""
        asked = urlsplit(request.path)
        query = parse_qs(asked.query)
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        beta = "realtime=v1" if self._behaviour.dialect == "beta" else None
        if request.headers.get("OpenAI-Beta") != beta:
            self.record.violations.append(f"handshake: OpenAI-Beta must be {beta}")
        if set(query) - {"model"}:
            self.record.violations.append(f"handshake: strange query {sorted(query)}")
        if self._behaviour.reject_status is not None:
            return self._reject(connection, self._behaviour.reject_status, self._behaviour.reject_code)
        if asked.path != PATH:
            return self._reject(connection, http.HTTPStatus.NOT_FOUND, "not_found")
        if not key or self._behaviour.api_key not in (None, key):
            return self._reject(connection, http.HTTPStatus.UNAUTHORIZED, "invalid_api_key")
        if not query.get("model"):
            self.record.violations.append("handshake: no model")
            return self._reject(connection, http.HTTPStatus.BAD_REQUEST, "missing_model")
        return None

    def _reject(self, connection: ServerConnection, status: int, code: str) -> Response:
        body = {"error": {"type": "invalid_request_error", "code": code, "message": "refused"}}
        response = connection.respond(http.HTTPStatus(status), json.dumps(body))
        if self._behaviour.retry_after is not None:
            response.headers["Retry-After"] = self._behaviour.retry_after
        return response

    async def _serve(self, socket: ServerConnection) -> None:
        self.record.connections += 1
        assert socket.request is not None
        model = parse_qs(urlsplit(socket.request.path).query).get("model", [""])[0]
        await Connection(socket, self._script, self._behaviour, self.record, model).run()
        self.record.goodbyes.append(socket.close_code)


class SimulatorThread(SimulatorInThread[Record]):
    """The server in a thread with a loop of its own, for tests that are not asynchronous."""

    def __init__(
        self,
        answers: Script | Answer | Sequence[Answer] = Answer(),  # noqa: B008  frozen
        behaviour: Behaviour = Behaviour(),  # noqa: B008  frozen
        *,
        port: int = 0,
        simulator: Simulator | None = None,
    ) -> None:
        """`simulator`: another one than OpenAI's, which knows what it answers."""
        super().__init__(simulator or Simulator(answers, behaviour, port=port), "openai simulator")


if __name__ == "__main__":
    from tests.simulators.openai_cli import main

    main()
