"""One worker process as the daemon sees it: from its start to its end, which happens once."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Self

from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.pcm.formats import Pcm
from appliance.providers.offline.environment import without_keys
from appliance.providers.offline.frames import decoder_of_reports, encode
from appliance.providers.offline.messages import (
    AUDIO_MAX_SAMPLES,
    READ_MAX_SAMPLES,
    Audio,
    Broken,
    Cancel,
    Commit,
    Discard,
    Done,
    Notice,
    Part,
    Read,
    Reopen,
    Reply,
    Report,
    Request,
    Sound,
    Speak,
    Transcribe,
    Transcript,
    Warm,
)
from appliance.providers.offline.options import OfflineOptions

# From start to warm: under a second here; 90 MB from the slow card of a Pi take several.
WARM_DEADLINE_S = 20.0
# Between two reports of a job: a whole minute of speech takes 2 s here and 10 s on a slow Pi. Later, it
# hangs.
JOB_DEADLINE_S = 15.0
# The worker has nothing to tidy up, so SIGTERM ends it at once; native code that blocks it is killed.
TERMINATE_GRACE_S = 0.5
# What the worker has not read yet: all that the chain keeps of a turn (240 s), told again at once.
# It reads all the time, so more means it hangs.
UNREAD_MAX_BYTES = 8 * 1024 * 1024
READ_BYTES = 65_536
STDERR_KEPT_BYTES = 2_000

# Threads of a pool wait spinning: one thread does the same work in the same time with half the CPU.
_ONE_THREAD = {"MOONSHINE_ORT_SINGLE_THREAD": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

_log = logging.getLogger(__name__)

JobReport = Transcript | Reply | Sound | Done | Broken
Listener = Callable[[JobReport], None]


class WorkerProcess:
    """A running worker. Belongs to the event loop's thread.

    `lost` is done, with the reason, when it ended or was given up; requests are ignored from then
    on, and listeners hear nothing more. Requests never block: what is not read yet is bounded by
    `UNREAD_MAX_BYTES`, beyond which the worker is given up.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.lost: asyncio.Future[ProviderError] = asyncio.get_running_loop().create_future()
        self._process = process
        self._settled = asyncio.Event()  # warm or lost
        self._numbers = count(1)
        self._listeners: dict[int, Listener] = {}
        self._deadlines: dict[int, asyncio.TimerHandle] = {}
        self._stderr = b""
        self._reading = asyncio.create_task(self._read())
        self._watching = asyncio.create_task(self._watch())

    @classmethod
    async def start(cls, options: OfflineOptions) -> Self:
        """A worker that is warm: model loaded, heard and spoke once.

        Raises `ProviderError`; where it fails or is cancelled no process is left behind.
        """
        command = ["-m", "appliance.providers.offline.worker", f"--voice={options.voice}"]
        command += [f"--words-per-minute={options.words_per_minute}", f"--piper-model={options.piper_model}"]
        command += ["--niced"] * options.niced
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=without_keys() | _ONE_THREAD,
                start_new_session=True,  # Ctrl-C is for the daemon; the worker ends with it
            )
        except OSError as error:
            message = f"the offline worker cannot be started: {error.strerror or error}"
            raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, message) from error
        worker = cls(process)
        try:
            await worker._until_warm()
        except (ProviderError, asyncio.CancelledError):
            await worker.stop()
            raise
        return worker

    @property
    def pid(self) -> int:
        return self._process.pid

    def append(self, pcm: Pcm) -> None:
        """The next samples of the turn, 16 kHz."""
        for start in range(0, len(pcm), AUDIO_MAX_SAMPLES):
            self._send(Audio(pcm[start : start + AUDIO_MAX_SAMPLES]))

    def commit(self, now: datetime, listener: Listener, *, stands_in: bool = False) -> int:
        """Answer the turn; the job's number. `listener` hears everything up to `Done` or `Broken`."""
        return self._ask(lambda job: Commit(job, now, stands_in), listener)

    def speak(self, text: str, listener: Listener, speed: float = 1.0) -> int:
        """Say `text`, at a speed of 0.5…2; the job's number."""
        return self._ask(lambda job: Speak(job, text, speed), listener)

    def read(self, pcm: Pcm, listener: Listener) -> int:
        """Transcribe `pcm`, 16 kHz, beside the turn; the job's number.

        `listener` hears a `Transcript` and `Done`, or `Broken`. Done before every turn that waits for
        its answer, and beside speaking; a turn that is being transcribed is awaited (30 ms here for
        each second of it). Raises `ValueError` beyond `READ_MAX_SAMPLES`.
        """
        if len(pcm) > READ_MAX_SAMPLES:
            raise ValueError(f"{len(pcm)} samples are too many; allowed are {READ_MAX_SAMPLES}")
        return self._ask(lambda job: Read(job, pcm), listener)

    def transcribe(self, pcm: Pcm, listener: Listener) -> int:
        """Transcribe a turn, 16 kHz, that is none of those appended; the job's number.

        `listener` hears a `Transcript` and `Done`, or `Broken`. Of more than a minute the worker takes the
        end (`TurnAudio`).
        """

        def told(job: int) -> Request:
            for start in range(0, len(pcm), AUDIO_MAX_SAMPLES):
                self._send(Part(job, pcm[start : start + AUDIO_MAX_SAMPLES]))
            return Transcribe(job)

        return self._ask(told, listener)

    def cancel(self, job: int) -> None:
        """From now on the job's listener hears nothing."""
        if self._forget(job):
            self._send(Cancel(job))

    def reopen(self) -> None:
        """The turn committed last goes on."""
        self._send(Reopen())

    def discard(self) -> None:
        """Forget what was appended since the last commit."""
        self._send(Discard())

    async def stop(self) -> None:
        """End the process, within a second; also when cancelled meanwhile."""
        self._give_up(ProviderError(FailureCategory.SESSION_CLOSED, "the offline worker was stopped"))
        try:
            async with asyncio.timeout(TERMINATE_GRACE_S):
                await self._process.wait()
        except TimeoutError:
            pass
        finally:
            if self._process.returncode is None:
                self._process.kill()
        await asyncio.gather(self._reading, self._watching)
        await self._process.wait()

    async def _until_warm(self) -> None:
        try:
            async with asyncio.timeout(WARM_DEADLINE_S):
                await self._settled.wait()
        except TimeoutError:
            message = f"the offline worker was not ready within {WARM_DEADLINE_S:g} s"
            raise ProviderError(FailureCategory.TIMED_OUT, message) from None
        if self.lost.done():
            raise self.lost.result()

    def _ask(self, request: Callable[[int], Request], listener: Listener) -> int:
        job = next(self._numbers)
        self._listeners[job] = listener
        self._expect_report(job)
        self._send(request(job))
        return job

    def _expect_report(self, job: int) -> None:
        if (deadline := self._deadlines.get(job)) is not None:
            deadline.cancel()
        loop = asyncio.get_running_loop()
        self._deadlines[job] = loop.call_later(JOB_DEADLINE_S, self._give_up, _overdue())

    def _send(self, request: Request) -> None:
        stdin = self._process.stdin
        if self.lost.done() or stdin is None:
            return
        if stdin.transport.get_write_buffer_size() > UNREAD_MAX_BYTES:
            message = f"the offline worker left {UNREAD_MAX_BYTES} bytes unread"
            self._give_up(ProviderError(FailureCategory.TIMED_OUT, message))
            return
        stdin.write(encode(request))

    def _forget(self, job: int) -> bool:
        deadline = self._deadlines.pop(job, None)
        if deadline is not None:
            deadline.cancel()
        return self._listeners.pop(job, None) is not None

    async def _read(self) -> None:
        assert self._process.stdout is not None
        decoder = decoder_of_reports()
        try:
            while data := await self._process.stdout.read(READ_BYTES):
                for report in decoder.feed(data):
                    self._dispatch(report)
        except ProtocolViolation as violation:
            self._give_up(violation)
        while await self._process.stdout.read(READ_BYTES):
            pass  # so that a process that was given up can end

    def _dispatch(self, report: Report) -> None:
        match report:
            case Warm():
                self._settled.set()
            case Notice(text):
                _log.warning("the offline worker: %s", text)
            case Broken(0, category, message):
                self._give_up(ProviderError(category, message))
            case _:
                listener = self._listeners.get(report.job)
                if isinstance(report, Done | Broken):
                    self._forget(report.job)
                elif listener is not None:
                    self._expect_report(report.job)
                if listener is not None:
                    listener(report)

    async def _watch(self) -> None:
        """Keep the end of what the worker says on stderr, and notice its end."""
        assert self._process.stderr is not None
        assert self._process.stdin is not None
        while data := await self._process.stderr.read(READ_BYTES):
            self._stderr = (self._stderr + data)[-STDERR_KEPT_BYTES:]
        status = await self._process.wait()
        with contextlib.suppress(ConnectionError):  # what it did not read is lost with it
            await self._process.stdin.wait_closed()
        if self.lost.done():
            return
        last_words = self._stderr.decode(errors="replace").strip()
        if last_words:
            _log.warning("the offline worker's last words: %s", last_words)
        self._give_up(ProviderError(FailureCategory.SESSION_CLOSED, f"the offline worker {_ended(status)}"))

    def _give_up(self, reason: ProviderError) -> None:
        if self.lost.done():
            return
        self.lost.set_result(reason)
        self._settled.set()
        for job in tuple(self._listeners):
            self._forget(job)
        if self._process.returncode is None:
            self._process.terminate()


def _ended(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def _overdue() -> ProviderError:
    message = f"the offline worker did nothing for {JOB_DEADLINE_S:g} s"
    return ProviderError(FailureCategory.TIMED_OUT, message)
