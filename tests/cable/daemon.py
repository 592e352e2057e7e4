"""The daemon on a cable, for tests: what it logs, and when each line came."""

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from tests.rig.cable import VirtualCable

# Starting takes about a second, a question and its answer five.
PATIENCE_S = 20.0

# Of the sentences on standard error the last ones are kept: a daemon that is well says some ten of them.
MAX_SENTENCES = 1000

NOTHING: Mapping[str, str] = MappingProxyType({})


class Line(NamedTuple):
    """One event, and when it stood in the log (monotonic)."""

    came_s: float
    event: dict[str, Any]


class Daemon:
    """`appliance run`: its event log, and what it says on standard error, both read as they come."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[Line] = []
        self.sentences: deque[str] = deque(maxlen=MAX_SENTENCES)
        self._arrived: queue.SimpleQueue[Line] = queue.SimpleQueue()
        self._said = threading.Condition()
        self._silent = False  # nothing more will be said
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._listen)]
        for reader in self._readers:
            reader.start()

    def wait_for_words(self, words: str) -> None:
        """Return once one of its sentences has these words."""
        with self._said:
            self._said.wait_for(lambda: self._silent or self._has_said(words), PATIENCE_S)
            assert self._has_said(words), f"it did not say {words!r}, but {list(self.sentences)}"

    def _has_said(self, words: str) -> bool:
        return any(words in sentence for sentence in self.sentences)

    def wait_for(self, name: str, /, timeout_s: float = PATIENCE_S, **fields: object) -> Line:
        """The next event of that name with those fields that nobody waited for yet."""
        deadline_s = time.monotonic() + timeout_s
        while True:
            try:
                line = self._arrived.get(timeout=max(deadline_s - time.monotonic(), 0.001))
            except queue.Empty:
                told = [line.event for line in self.lines]
                said = list(self.sentences)
                raise AssertionError(f"no {name} {fields} within {timeout_s} s, but {told}; {said}") from None
            if line.event["event"] == name and fields.items() <= line.event.items():
                return line

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Ask it to end; how long that took in seconds. It must end with 0."""
        asked_s = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(PATIENCE_S) == 0
        return time.monotonic() - asked_s

    def close(self) -> None:
        """The process is gone: so is its log, and so are its words."""
        for reader in self._readers:
            reader.join(PATIENCE_S)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for text in self.process.stdout:
            line = Line(time.monotonic(), json.loads(text))
            self.lines.append(line)
            self._arrived.put(line)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for sentence in self.process.stderr:
            with self._said:
                self.sentences.append(sentence.rstrip())
                self._said.notify_all()
        with self._said:
            self._silent = True
            self._said.notify_all()


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
        running = Daemon(process)
        try:
            running.wait_for_words("ready")
            yield running
        finally:
            process.kill()
            process.wait(5)
            running.close()
