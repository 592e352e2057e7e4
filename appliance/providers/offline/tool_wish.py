"""What a person wants to have done, as a call of a tool. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToolWish:
    """The tool that does it, and its arguments as JSON."""

    name: str
    arguments: str = "{}"
