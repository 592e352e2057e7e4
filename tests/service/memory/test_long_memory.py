"""What was said is known after a restart for as long as the owner wants, and after `forget` to nobody."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.conversation.history import History
from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import HistoryItem, SessionConfig, UserTranscript
from appliance.service.assembly import Assembly
from appliance.service.memory.keepsakes import Keepsakes
from appliance.service.memory.long_memory import EXPIRE_EVERY_S, LATE_S, LongMemory
from appliance.service.memory.state import StateDirectory
from appliance.service.memory.store import FILE, Store
from tests.service.stage import Played, ScriptedProvider, play, silence, speech, tone

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
QUESTION = (silence(500), speech(1000), silence(3000))
ASKED = HistoryItem("user", "question 1")


@dataclass
class Listening(ScriptedProvider):
    """Remembers with what history its sessions were opened."""

    histories: list[tuple[HistoryItem, ...]] = field(default_factory=list)

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        self.histories.append(history)
        await super().run(config, history, emit)


Run = Callable[..., tuple[HistoryItem, ...]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """One run of the device; what its first session was told of before."""

    def one(
        hours: float, *, later: timedelta = timedelta(), look: Callable[[Assembly], None] | None = None
    ) -> tuple[HistoryItem, ...]:
        provider = Listening([tone(500)])
        state = StateDirectory(tmp_path, print)
        play(
            *QUESTION,
            provider=provider,
            settings=[f"conversation.memory_hours={hours}"],
            state=state,
            now=lambda: NOON + later,
            each_tick=look or (lambda assembly: None),
        )
        state.close()
        return provider.histories[0]

    return one


def test_a_restart_goes_on_with_what_was_said(run: Run) -> None:
    assert run(24) == ()
    assert ASKED in run(24)
    assert run(24).count(ASKED) == 2


def test_by_default_nothing_of_it_reaches_the_card(tmp_path: Path) -> None:
    played: Played = play(*QUESTION, state=StateDirectory(tmp_path, print))
    assert played.assembly.history.items()
    assert b"question 1" not in (tmp_path / FILE).read_bytes()


def test_what_is_too_old_is_known_to_nobody_and_nowhere_on_the_card(run: Run, tmp_path: Path) -> None:
    run(24)
    assert b"question 1" in (tmp_path / FILE).read_bytes()
    assert run(0, later=timedelta(hours=1)) == ()
    assert b"question 1" not in (tmp_path / FILE).read_bytes()
    run(24)
    assert run(24, later=timedelta(hours=25)) == ()


def test_what_was_said_by_a_clock_that_was_ahead_is_kept_no_longer(run: Run) -> None:
    run(24, later=timedelta(days=365))
    assert ASKED in run(24)
    assert run(24, later=timedelta(hours=25)) == ()


def test_what_was_forgotten_is_nowhere_on_the_card(run: Run, tmp_path: Path) -> None:
    run(24)
    forgotten: list[bool] = []

    def forget(assembly: Assembly) -> None:
        if not forgotten and assembly.record.now_ms() > 4000:
            forgotten.append(True)
            assembly.forget()

    assert ASKED in run(24, look=forget)
    assert b"question 1" not in (tmp_path / FILE).read_bytes()
    assert run(24) == ()


def test_a_card_that_is_too_slow_is_told_and_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what it holds would be written over by what is known without it."""
    monkeypatch.setattr("appliance.service.memory.keepsakes.LOAD_TIMEOUT_S", 0.0)
    told: list[str] = []
    keepsakes = Keepsakes(
        StateDirectory(tmp_path, print), 0, History("c-1"), lambda percent: None, lambda: 0.0, told.append
    )
    assert asyncio.run(keepsakes.find()) == {}
    keepsakes.volume.set(30)
    asyncio.run(keepsakes.leave())
    assert len(told) == 1
    store = Store(StateDirectory(tmp_path, print))
    assert list(store.load().result(5)["volume"]) == []
    store.close()


class TestInBetween:
    """While it runs, by a clock that the test turns."""

    @pytest.fixture
    def history(self) -> History:
        history = History("c-1")
        history.opened(1, 1)
        history.asked(UserTranscript(1, "a secret", final=True))
        return history

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        store = Store(StateDirectory(tmp_path, print))
        store.load().result(5)
        yield store
        store.close()

    def kept(self, store: Store, folder: Path) -> bool:
        store.flushed().result(5)
        return b"a secret" in (folder / FILE).read_bytes()

    def test_it_is_kept_moments_after_it_was_said(
        self, history: History, store: Store, tmp_path: Path
    ) -> None:
        now_s = 1000.0
        memory = LongMemory(1, store, history, lambda: now_s)
        memory.take({"event": "answer_done", "turn": 1})
        memory.look()
        assert not self.kept(store, tmp_path)
        now_s += LATE_S
        memory.look()
        assert self.kept(store, tmp_path)

    def test_it_is_gone_once_it_is_too_old(self, history: History, store: Store, tmp_path: Path) -> None:
        now_s = 1000.0
        memory = LongMemory(1, store, history, lambda: now_s)
        memory.take({"event": "answer_done", "turn": 1})
        memory.close()
        now_s += 3600 + EXPIRE_EVERY_S
        memory.look()
        assert not self.kept(store, tmp_path)

    def test_it_is_gone_as_soon_where_the_clock_was_ahead(
        self, history: History, store: Store, tmp_path: Path
    ) -> None:
        now_s = 1e9
        memory = LongMemory(1, store, history, lambda: now_s)
        memory.take({"event": "answer_done", "turn": 1})
        memory.close()
        now_s = 1000.0
        memory.look()
        assert self.kept(store, tmp_path)
        now_s += 3600 + EXPIRE_EVERY_S
        memory.look()
        assert not self.kept(store, tmp_path)
