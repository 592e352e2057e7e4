"""How long each side of the control socket waits for the other."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waits:
    """The timeouts of the daemon's side, in seconds; the client's follow from them."""

    # Nobody needs longer for a line, and who wants to ask again later connects again.
    request_s: float = 60.0
    # A request follows its connection, or the reply before it, within milliseconds; who has asked nothing
    # for so long makes way for somebody else when all places are taken.
    idle_s: float = 0.2
    # A reader on the same machine that has not taken 64 kB by then is stopped or gone.
    write_s: float = 5.0
    # What does not wait for a provider is decided at once; the device's own voice needs tenths of a second.
    call_s: float = 10.0
    # Between two pieces of an answer. Twice the longest `answer_deadline_s`: the first provider is given
    # up, the next one answers.
    piece_s: float = 60.0
    # Until a client that went away in mid-answer is noticed; nobody else waits for that.
    look_s: float = 1.0
    # At the end, for all clients together; the whole process has to end within 2 s.
    close_s: float = 0.5


WAITS = Waits()
