"""A strict Azure OpenAI resource on loopback with one deployment; behind its door the same as OpenAI's."""

import http
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.simulators.openai_realtime import Simulator
from tests.simulators.openai_script import Answer, Behaviour, Script

GA_PATH = "/openai/v1/realtime"
PREVIEW_PATH = "/openai/realtime"
DEPLOYMENT = "living-room"


class AzureSimulator(Simulator):
    """`token`: a bearer token of Entra is wanted, else a key; `realtime` False: the deployment cannot do it.

    Every key and token that was shown stands in `shown`.
    """

    def __init__(
        self,
        answers: Script | Answer | Sequence[Answer] = Answer(),  # noqa: B008  frozen
        behaviour: Behaviour = Behaviour(),  # noqa: B008  frozen
        *,
        token: bool = False,
        realtime: bool = True,
    ) -> None:
        super().__init__(answers, behaviour)
        self.shown: list[str] = []
        self._token = token
        self._realtime = realtime

    @property
    def resource(self) -> str:
        """What a customer knows: the address without a path."""
        return self.url.removesuffix(urlsplit(self.url).path)

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        asked = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        ga = self._behaviour.dialect == "ga"
        wanted = {"model"} if ga else {"api-version", "deployment"}
        if asked.path != (GA_PATH if ga else PREVIEW_PATH) or set(query) != wanted:
            self.record.violations.append(f"handshake: {asked.path} with {sorted(query)}")
            return self._reject(connection, http.HTTPStatus.NOT_FOUND, "404")
        if request.headers.get("OpenAI-Beta") is not None:
            self.record.violations.append("handshake: the path says which dialect is spoken, no header")
        header, other = ("Authorization", "api-key") if self._token else ("api-key", "Authorization")
        key = request.headers.get(header, "")
        if other in request.headers or not key or key.startswith("Bearer ") is not self._token:
            self.record.violations.append(f"handshake: {header} and nothing else must say who comes")
            return self._reject(connection, http.HTTPStatus.UNAUTHORIZED, "401")
        self.shown.append(key.removeprefix("Bearer "))
        if query["model" if ga else "deployment"] != DEPLOYMENT:
            return self._reject(connection, http.HTTPStatus.NOT_FOUND, "DeploymentNotFound")
        if not self._realtime:
            return self._reject(connection, http.HTTPStatus.BAD_REQUEST, "OpperationNotSupported")
        return None
