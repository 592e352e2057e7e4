"""The life of one socket."""

from enum import Enum


class Phase(Enum):
    """How far the socket has come."""

    STARTING = "session.start was sent; waiting for session.started"
    OPEN = "takes sound"
    CLOSING = "session.close was sent; waiting for session.closed"
    CLOSED = "the server is done with it"


class Wish(Enum):
    """What should become of the socket."""

    STAY = "it is of use"
    SLEEP = "nobody has spoken for a long time: close it; the next turn opens another one"
    REOPEN = "it does not stop talking: close it and open another one, with what was said"
