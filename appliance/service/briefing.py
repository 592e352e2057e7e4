"""What the sessions of one conversation are told before anything is asked, and when they are told anew."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from appliance.conversation.vocabulary import Configure, LinkState, SessionConfig, ToolDeclaration
from appliance.service.instructions import instructions_of
from appliance.service.providers.provider_list import session_config
from appliance.settings import Settings


class Briefing:
    """Instructions and tools, with the rest as it was configured."""

    def __init__(
        self,
        settings: Settings,
        local_time: Callable[[], datetime],
        declarations: Callable[[], tuple[ToolDeclaration, ...]],
        send: Callable[[Configure], None],
    ) -> None:
        """`declarations()` are the tools as of now; `send` tells the chain. Both are called once there is a
        chain. Raises ConfigurationError for a pack that cannot be used."""
        self._config = session_config(settings)
        self._declarations = declarations
        self._send = send
        self.instructions = instructions_of(settings, local_time)

    def as_of_now(self) -> SessionConfig:
        """What a session that opens now is told, which is remembered as told."""
        told = self.instructions.as_of_now()
        return replace(self._config, instructions=told, tools=self._declarations())

    def renew(self) -> None:
        """From the next answer on, sessions are told what is true by now."""
        self._send(Configure(self.as_of_now()))

    def set_variable(self, name: str, value: str) -> None:
        """From the next answer on, the instructions have this value. Raises UnknownVariable."""
        self.instructions.assign(name, value)
        self.renew()

    def take(self, event: Mapping[str, object]) -> None:
        """An event of the log. Where a turn or a session opens, what was told of the time and the like has to
        be true."""
        opens = event["event"] == "turn_opened" or event.get("link") == LinkState.CONNECTING
        if opens and self.instructions.out_of_date:
            self.renew()
