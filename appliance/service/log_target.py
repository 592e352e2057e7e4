"""Where the event log of a running daemon goes: to who follows it, to the journal, or to standard output."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from appliance.service.event_log import EventLog, Listener, Sink
from appliance.service.journal.writer import Journal, is_the_journal

_STANDARD_OUTPUT = 1


@contextmanager
def open_log(out: Sink, show: Listener | None, environment: Mapping[str, str]) -> Iterator[EventLog]:
    """The log, on the event loop, until the block is left. Every event goes to `show` if there is one, else
    to the journal where standard output does, else to `out`, a line of JSON each."""
    with ExitStack() as stack:
        if show is None and is_the_journal(_STANDARD_OUTPUT, environment):
            show = stack.enter_context(Journal()).take
        if show is not None:
            out = stack.enter_context(open(os.devnull, "w"))
        log = stack.enter_context(EventLog(out))
        if show is not None:
            log.subscribe(show)
        yield log
