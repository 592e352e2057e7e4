"""Telling a running session what it must know and not answer: instructions, tools, notes. Pure."""

from collections.abc import Callable

from appliance.conversation.vocabulary import SessionConfig
from appliance.providers.gemini import frames
from appliance.providers.gemini.dialect import Telling
from appliance.providers.gemini.notes import Notes
from appliance.providers.gemini.schema import declarations


class Teller:
    """What one session was told, and what became true since; frames go to `send`."""

    def __init__(self, telling: Telling, config: SessionConfig, send: Callable[[str], None]) -> None:
        self.notes = Notes()
        self._telling = telling
        self._config = config
        self._send = send
        self._told_instructions = config.instructions
        self._told_notes: list[str] = []

    def configure(self, config: SessionConfig) -> None:
        """Other instructions and tools, where the model takes them; else with the next session, as all the
        rest of a configuration."""
        tools = declarations(config.tools) if config.tools != self._config.tools else None
        self._config = config
        if self._telling is Telling.CONTEXT_UPDATE:
            self._told_instructions = self._instructions()
            self._send(frames.context_update(self._told_instructions, tools))

    def catch_up(self) -> None:
        """What became true since the last time, before a turn is said or answered."""
        match self._telling:
            case Telling.CONTEXT_UPDATE:
                instructions = self._instructions()
                if instructions != self._told_instructions:
                    self._told_instructions = instructions
                    self._send(frames.context_update(instructions))
            case Telling.CLIENT_CONTENT:
                notes = self.notes.take()
                fresh = [note for note in notes if note not in self._told_notes]
                self._told_notes = notes
                if fresh:
                    self._send(frames.told("\n".join(fresh)))
            case Telling.NOT_AT_ALL:
                self.notes.take()

    def _instructions(self) -> str:
        return "\n".join([self._config.instructions, *self.notes.take()])
