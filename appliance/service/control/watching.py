"""`appliance status` on a terminal: what goes on, while it goes on."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from appliance.errors import ApplianceError
from appliance.service.control.controls import Status
from appliance.service.control.display import headline, printable, standing, sums

# As fast as one reads; each look costs the appliance a millisecond.
REFRESH_S: Final = 0.5
# From here on the counters stand beside the rest: each half has room for its sentences.
WIDE_COLUMNS: Final = 140

Fetch = Callable[[Callable[[], None]], Status]


def watch(status: Status, fetch: Fetch, console: Console, pause: Callable[[float], object]) -> None:
    """Show `status`, and anew every `REFRESH_S` until Ctrl-C (or SIGTERM, where that is a KeyboardInterrupt).

    `fetch(wondering)` asks for it, and calls `wondering` where that takes long; `pause(seconds)` waits. An
    appliance that goes away is told, and shown again when it is back.
    """
    live = Live(_view(status, "", console.width), console=console, screen=True, auto_refresh=False)
    with suppress(KeyboardInterrupt):
        try:
            live.start(refresh=True)
            while True:
                pause(REFRESH_S)
                status = _look(fetch, status, live)
        finally:  # `with` would not give the screen back where it is interrupted in the midst of taking it
            live.stop()


def _look(fetch: Fetch, before: Status, live: Live) -> Status:
    """The newest status there is, on the screen."""

    def show(status: Status, trouble: str) -> None:
        live.update(_view(status, trouble, live.console.width), refresh=True)

    try:
        status = fetch(lambda: show(before, "It does not answer at the moment."))
    except ApplianceError as error:
        show(before, str(error))
        return before
    show(status, "")
    return status


def _view(status: Status, trouble: str, columns: int) -> RenderableType:
    """Everything; with `trouble` that comes first, and the rest is what was so before it."""
    end = Text("\nCtrl-C ends this.", "dim")
    now, before = [*standing(status)], [*sums(status)]
    body: RenderableType = Group(*now, *before)
    if columns >= WIDE_COLUMNS:
        table = Table.grid(expand=True)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(Group(*now, *before[:-2]), Group(*before[-2:]))
        body = table
    if not trouble:
        return Group(headline(status), body, end)
    gone = Text(f"{printable(trouble)}\nWhat follows was so before; it is looked for again.", "bold red")
    return Group(gone, Text(), headline(status), body, end)
