"""The worker process: warm when it says so, replaced when it dies, never alone in the world."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from appliance.conversation.vocabulary import CommitTurn, ProviderEvent, UserTranscript
from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.level import rms_dbfs
from appliance.providers.offline import keeper, process
from appliance.providers.offline.keeper import SPEAK_MAX_CHARS, OfflineWorker
from appliance.providers.offline.options import OfflineOptions
from tests.providers.offline.talking import offline_worker, spoken, talking

QUESTION = "What time is it?"
COMMAND = [
    sys.executable,
    "-m",
    "appliance.providers.offline.worker",
    "--voice=en-gb",
    "--words-per-minute=165",
]
ORPHAN_S = 2.0


def ended_within(pid: int, timeout_s: float) -> bool:
    """Whether the process ends in time; also one that is not ours to wait for."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], timeout_s)[0])
    finally:
        os.close(descriptor)


def test_the_worker_ends_with_stdin_while_it_is_still_loading() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        worker.stdin.close()
        assert worker.wait(ORPHAN_S) == 0


def test_the_worker_ends_with_stdin_when_it_is_warm() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        assert worker.stdout.read(1)
        worker.stdin.close()
        assert worker.wait(ORPHAN_S) == 0


def test_the_worker_does_not_outlive_a_parent_that_is_killed() -> None:
    parent = """
import asyncio
from appliance.providers.offline.keeper import OfflineWorker
async def main():
    worker = OfflineWorker()
    await worker.start()
    print(worker.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE) as daemon:
        assert daemon.stdout is not None
        pid = int(daemon.stdout.readline())
        daemon.kill()
        assert ended_within(pid, ORPHAN_S)


def test_garbage_from_the_parent_ends_the_worker_with_its_own_status() -> None:
    done = subprocess.run(COMMAND, input=b"\xff" * 10, capture_output=True, timeout=10)
    assert done.returncode == 70
    assert b"a frame of 4294967295 bytes" in done.stderr


def test_nothing_heavy_is_imported_by_whoever_asks_the_worker() -> None:
    code = (
        "import sys, appliance.providers.offline.session;"
        "print(sorted({'moonshine_voice', 'onnxruntime', 'requests'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).stdout == b"[]\n"


async def test_callers_who_start_at_the_same_time_share_one_worker() -> None:
    async with offline_worker() as worker:
        first, second = await asyncio.gather(worker.start(), worker.start())
        assert first is second
        assert first is await worker.start()


async def test_a_caller_who_gives_up_does_not_end_the_start() -> None:
    async with offline_worker() as worker:
        impatient = asyncio.create_task(worker.start())
        patient = asyncio.create_task(worker.start())
        await asyncio.sleep(0)
        impatient.cancel()
        assert (await patient).pid == worker.pid


async def test_a_stopped_worker_is_gone_and_a_new_start_brings_another() -> None:
    async with offline_worker() as worker:
        await worker.start()
        pid = worker.pid
        assert pid is not None
        async with asyncio.timeout(1.0):
            await worker.stop()
        assert worker.pid is None
        assert ended_within(pid, 0)
        await worker.start()
        assert worker.pid not in (None, pid)


async def test_a_stop_while_the_worker_warms_up_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    pids: list[int] = []
    create = asyncio.create_subprocess_exec

    async def create_and_tell(*args: str, **kwargs: object) -> asyncio.subprocess.Process:
        created = await create(*args, **kwargs)  # type: ignore[arg-type]
        pids.append(created.pid)
        started.set()
        return created

    started = asyncio.Event()
    monkeypatch.setattr(asyncio, "create_subprocess_exec", create_and_tell)
    async with offline_worker() as worker:
        waiting = asyncio.create_task(worker.start())
        await started.wait()
        async with asyncio.timeout(1.0):
            await worker.stop()
        with pytest.raises(ProviderError, match="was stopped"):
            await waiting
    assert ended_within(pids[0], 0)


async def test_a_worker_that_hangs_is_killed_within_a_second() -> None:
    async with offline_worker() as worker:
        await worker.start()
        pid = worker.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        async with asyncio.timeout(1.0):
            await worker.stop()
        assert ended_within(pid, 0)


async def test_a_killed_worker_fails_its_session_and_the_next_one_works() -> None:
    def kill(event: ProviderEvent) -> None:
        if isinstance(event, UserTranscript) and worker.pid is not None:
            os.kill(worker.pid, signal.SIGKILL)

    async with offline_worker() as worker:
        os_pids = []
        async with talking(worker, kill) as talk:
            os_pids.append(worker.pid)
            await talk.ask(np.concatenate([spoken("Tell me a joke.")] * 2), 1)
            await talk.running
        assert [failure.category for failure in talk.failures] == [FailureCategory.SESSION_CLOSED]
        assert "SIGKILL" in talk.failures[0].message
        async with talking(worker) as talk:
            os_pids.append(worker.pid)
            await talk.ask(spoken(QUESTION), 1)
        assert talk.heard(1) == QUESTION
        assert os_pids[0] != os_pids[1]


async def test_a_job_past_its_deadline_costs_the_session_not_the_daemon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        monkeypatch.setattr(process, "JOB_DEADLINE_S", 0.1)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGSTOP)
        talk.session.send(CommitTurn(1))
        await talk.running
        assert [failure.category for failure in talk.failures] == [FailureCategory.TIMED_OUT]


async def test_a_worker_that_reads_nothing_more_is_given_up() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGSTOP)
        talk.append(np.zeros(300 * 16_000, np.int16))
        await talk.running
        assert [failure.category for failure in talk.failures] == [FailureCategory.TIMED_OUT]


async def test_a_worker_that_talks_nonsense_is_a_violation_and_not_a_crash() -> None:
    pipe = subprocess.PIPE
    nonsense = await asyncio.create_subprocess_exec(
        "/bin/echo", "Once upon a time", stdin=pipe, stdout=pipe, stderr=pipe
    )
    talking_nonsense = process.WorkerProcess(nonsense)
    reason = await talking_nonsense.lost
    await talking_nonsense.stop()
    assert reason.category is FailureCategory.PROTOCOL_VIOLATION


async def test_a_worker_that_is_not_warm_in_time_is_named_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "WARM_DEADLINE_S", 0.01)
    async with offline_worker() as worker:
        with pytest.raises(ProviderError, match=r"not ready within 0\.01 s") as caught:
            await worker.start()
    assert caught.value.category is FailureCategory.TIMED_OUT


async def test_without_espeak_the_worker_never_gets_warm_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    async with offline_worker() as worker:
        with pytest.raises(ProviderError, match="apt-get install espeak-ng") as caught:
            await worker.start()
    assert caught.value.category is FailureCategory.MODEL_UNAVAILABLE


async def test_a_voice_that_does_not_exist_is_known_before_anybody_asks() -> None:
    worker = OfflineWorker(OfflineOptions(voice="nobody"))
    with pytest.raises(ProviderError, match="the voice 'nobody'"):
        await worker.start()
    await worker.stop()


async def test_a_worker_on_standby_yields_to_everything_else() -> None:
    worker = OfflineWorker(OfflineOptions(niced=True))
    await worker.start()
    try:
        assert worker.pid is not None
        assert os.getpriority(os.PRIO_PROCESS, worker.pid) == os.getpriority(os.PRIO_PROCESS, 0) + 10
    finally:
        await worker.stop()


async def test_the_worker_has_a_thread_to_read_one_to_hear_and_one_to_speak_and_no_pool() -> None:
    async with offline_worker() as worker:
        await worker.start()
        assert len(os.listdir(f"/proc/{worker.pid}/task")) == 3


async def test_an_announcement_is_spoken_also_while_an_answer_is_prepared() -> None:
    async with offline_worker() as worker, talking(worker) as talk:
        talk.append(spoken(QUESTION))
        talk.session.send(CommitTurn(1))
        said = await worker.speak("Sorry, I cannot reach anybody.")
        await talk.answered(1)
    assert rms_dbfs(said) == pytest.approx(-20, abs=1)
    assert len(said) > 24_000
    assert talk.heard(1) == QUESTION


async def test_an_announcement_without_words_is_no_sound() -> None:
    async with offline_worker() as worker:
        assert len(await worker.speak("")) == 0


async def test_an_announcement_that_nobody_would_listen_to_is_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        await OfflineWorker().speak("x" * (SPEAK_MAX_CHARS + 1))


async def test_an_announcement_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "SPEAK_DEADLINE_S", 0.1)
    async with offline_worker() as worker:
        await worker.start()
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGSTOP)
        with pytest.raises(ProviderError, match=r"did not finish within 0\.1 s"):
            await worker.speak("Hello.")


async def test_the_worker_is_told_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    worker = OfflineWorker()
    try:
        process = await worker.start()
        told = Path(f"/proc/{process.pid}/environ").read_bytes()  # noqa: ASYNC240  procfs does not block
    finally:
        await worker.stop()
    assert b"canary" not in told
