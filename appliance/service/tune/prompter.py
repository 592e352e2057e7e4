"""What the person reads while he is recorded."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from appliance.service.tune.script import Step, whole_s

_QUIETEST_DBFS: Final = -70.0
_METER_WIDTH: Final = 24


class Prompter:
    """Says what is asked for when the first sound has come, then shows each step with what is left of it and
    the level; where nobody watches, only each step."""

    def __init__(self, console: Console, steps: Sequence[Step]) -> None:
        self._whole_s = whole_s(steps)
        self._console = console
        self._step: Step | None = None
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[left]}"),
            TextColumn("[green]{task.fields[meter]}"),
            console=console,
            transient=True,
        )

    def __enter__(self) -> "Prompter":
        if self._console.is_terminal:
            self._progress.start()
            self._task = self._progress.add_task("", total=1.0, left="", meter="")
        return self

    def __exit__(self, *failure: object) -> None:
        self._progress.stop()

    def show(self, step: Step, left_s: float, dbfs: float) -> None:
        """To be called with every block."""
        if self._step is None:
            self._console.print(
                f"You are recorded for {self._whole_s:.0f} s. Say each sentence once, as you would say it to"
                " the appliance and from where you would; in your own language, if you like. Where there are"
                " dots, stop and think. Nothing is sent anywhere.\n"
            )
        if step is not self._step:
            self._step = step
            lead = "Say: " if step.spoken else ""
            self._console.print(f"{lead}{step.words}", style="bold" if step.spoken else "", markup=False)
        if self._console.is_terminal:
            filled = round(_METER_WIDTH * min(max(1 - dbfs / _QUIETEST_DBFS, 0), 1))
            self._progress.update(
                self._task, completed=1 - left_s / step.seconds, left=f"{left_s:.0f} s", meter="▮" * filled
            )
