"""The daemon on a cable, for tests: what it logs, and when each line came."""

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from tests.rig.cable import VirtualCable

# Starting takes about a second, a question and its answer five.
PATIENCE_S = 20.0

NOTHING: Mapping[str, str] = MappingProxyType({})


class Line(NamedTuple):
    """One event, and when it stood in the log (monotonic)."""

    came_s: float
    event: dict[str, Any]


class Daemon:
    """`appliance run` and its event log, read as it comes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[Line] = []
        self._arrived: queue.SimpleQueue[Line] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, name: str, /, timeout_s: float = PATIENCE_S, **fields: object) -> Line:
        """The next event of that name with those fields that nobody waited for yet."""
        deadline_s = time.monotonic() + timeout_s
        while True:
            try:
                line = self._arrived.get(timeout=max(deadline_s - time.monotonic(), 0.001))
            except queue.Empty:
                told = [line.event for line in self.lines]
                raise AssertionError(f"no {name} {fields} within {timeout_s} s, but {told}") from None
            if line.event["event"] == name and fields.items() <= line.event.items():
                return line

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Ask it to end; how long that took in seconds. It must end with 0."""
        asked_s = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(PATIENCE_S) == 0
        return time.monotonic() - asked_s

    def close(self) -> None:
        """The process is gone: so is its log."""
        self._reader.join(PATIENCE_S)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for text in self.process.stdout:
            line = Line(time.monotonic(), json.loads(text))
            self.lines.append(line)
            self._arrived.put(line)


@contextmanager
def daemon(
    cable: VirtualCable,
    url: str,
    *settings: str,
    environment: Mapping[str, str] = NOTHING,
    within: Sequence[str] = (),
    config: Path | None = None,
) -> Iterator[Daemon]:
    """`appliance run` on the cable, until the block is left; entered when it says that it is ready.

    `environment` is added to that of the cable; `within` is what the command is run with, and
    `config` a file of settings.
    """
    provider = f'[{{name="openai",kind="openai",url="{url}",api_key="env:KEY"}}]'
    command = [*within, sys.executable, "-m", "appliance", "run", "--set", f"providers={provider}"]
    for setting in ("audio.input.device=mic", "audio.output.device=spk", *settings):
        command += ["--set", setting]
    command += [] if config is None else ["--config", str(config)]
    process = subprocess.Popen(
        command,
        env={**cable.environment, "KEY": "sk-test", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stdout is not None
    with process.stdout, process.stderr:
        running = None
        try:
            said: list[str] = []
            while not said or "ready" not in said[-1]:
                said.append(process.stderr.readline())
                assert said[-1], f"{said}, and it ended with {process.wait(5)}"
            running = Daemon(process)
            yield running
        finally:
            process.kill()
            process.wait(5)
            if running is not None:
                running.close()
