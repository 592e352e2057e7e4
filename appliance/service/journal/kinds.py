"""What a message of the journal is: its number, how urgent it is, and what its owner is told of it. Pure."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final
from uuid import UUID, uuid5

# Of all our messages; with the name of a kind it makes a number that stays the same for ever.
NAMESPACE: Final = UUID("7a4f9c1e-3b0d-4c57-9d1a-5e2f6b8c0a91")


class Priority(IntEnum):
    """How urgent a message is, as syslog counts it."""

    ERROR = 3  # it does not do what it is for until somebody acts
    WARNING = 4  # something is worse than it should be; it helps itself
    NOTICE = 5  # rare, and worth knowing
    INFO = 6  # what goes on
    DEBUG = 7  # what goes on, closely watched


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message: `name` is that of its event, with what tells it apart behind a dot.

    `sentence` is what a person reads, with the event's members in braces (`values.py` puts them into words).
    `subject` and `explanation` are the entry of the message catalog; there @FIELD@ stands for a field of the
    journal. An explanation ends with what to do, or with why there is nothing to do.
    """

    name: str
    priority: Priority
    sentence: str
    subject: str
    explanation: str

    @property
    def message_id(self) -> str:
        """The `MESSAGE_ID`: 32 hexadecimal digits, for ever the same for the same name."""
        return uuid5(NAMESPACE, self.name).hex
