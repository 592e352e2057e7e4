"""The realtime providers, for one conversation (`replay_peer`)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from appliance.pcm.formats import NEAR_RATE_HZ
from tests.bench.stage import tone
from tests.service.replay_peer import HEARD, KEY_NAME, LONG, SHORT, TOOL, Kind, Peer, both, running, toml
from tests.simulators import (
    gemini_live,
    gemini_script,
    live_script,
    live_server,
    openai_realtime,
    openai_script,
)
from tests.simulators.azure_realtime import DEPLOYMENT, AzureSimulator

_TOLD_RATE_HZ = 24_000
_ANSWER_MS = 800
_KEY = f"env:{KEY_NAME}"


def _answers(answer: Callable[..., Any], call: Callable[[str], object]) -> list[Any]:
    sound = tone(_ANSWER_MS / 1000)
    short = answer(sound, SHORT, HEARD)
    calling = answer(tone(0.0), "", HEARD, calls=(call(TOOL),), then=short)
    return [
        answer(sound, SHORT, HEARD, drop_after_ms=0),
        short,
        short,
        calling,
        answer(tone(20.0), LONG, HEARD, speed=4.0),
        short,
    ]


@contextmanager
def _openai(dialect: openai_script.Dialect, voice: str) -> Iterator[Peer]:
    behaviour = openai_script.Behaviour(dialect=dialect)
    server = openai_realtime.Simulator(_answers(openai_script.Answer, openai_script.Call), behaviour)
    with running(server):
        settings = toml(kind="openai", url=server.url, api_key=_KEY, dialect=dialect, voice=voice)
        yield _realtime(settings, server)


@contextmanager
def _azure(dialect: openai_script.Dialect) -> Iterator[Peer]:
    behaviour = openai_script.Behaviour(dialect=dialect)
    server = AzureSimulator(_answers(openai_script.Answer, openai_script.Call), behaviour)
    with running(server):
        settings = toml(
            kind="azure",
            url=server.resource,
            model=DEPLOYMENT,
            api_key=_KEY,
            dialect=dialect,
        )
        yield _realtime(settings, server)


def _realtime(settings: str, server: openai_realtime.Simulator) -> Peer:
    record = server.record
    return Peer(
        both(settings),
        lambda: record.violations,
        lambda: [(turn.pcm24k, _TOLD_RATE_HZ) for turn in record.turns[1:]],
        lambda: len(record.truncations) == 1,
        _ANSWER_MS,
    )


@contextmanager
def _gemini() -> Iterator[Peer]:
    server = gemini_live.Simulator(_answers(gemini_script.Answer, gemini_script.Call))
    with running(server):
        record = server.record
        yield Peer(
            both(toml(kind="gemini", url=server.url, api_key=_KEY)),
            lambda: record.violations,
            lambda: [(turn.pcm16k, NEAR_RATE_HZ) for turn in record.turns[1:]],
            lambda: record.interrupted == 1 and "was heard of it" in record.instructions[0],
            _ANSWER_MS,
        )


@contextmanager
def _openai_live() -> Iterator[Peer]:
    """The first server is lost while it thinks. Both wait longer than the pauses within the recordings."""
    sound = tone(_ANSWER_MS / 1000)
    short = live_script.Answer(sound, SHORT, HEARD)
    calling = live_script.Answer(calls=(openai_script.Call(TOOL),), then=short)
    long = live_script.Answer(tone(20.0), LONG, HEARD)
    lost = live_script.Behaviour(endpoint_ms=600, close_after_ms=4500, close_reason="connection_lost")
    silent = live_script.Answer(delay_ms=60_000)
    servers = (
        live_server.Simulator(silent, lost),
        live_server.Simulator([short, short, calling, long, short], live_script.Behaviour(endpoint_ms=600)),
    )
    with running(*servers):
        tables = tuple(
            f'{{name="{name}",{toml(kind="openai-live", url=server.url, api_key=_KEY)}}}'
            for name, server in zip(("one", "two"), servers, strict=True)
        )
        yield Peer(
            tables,
            lambda: [violation for server in servers for violation in server.record.violations],
            lambda: [(session.pcm24k, _TOLD_RATE_HZ) for session in servers[1].record.sessions],
            lambda: servers[1].record.broken_off == 1,
            _ANSWER_MS,
        )


KINDS = (
    Kind("openai", lambda: _openai("ga", "marin")),
    Kind("openai-beta", lambda: _openai("beta", "alloy")),
    Kind("azure", lambda: _azure("ga")),
    Kind("azure-preview", lambda: _azure("beta")),
    Kind("gemini", _gemini),
    Kind("openai-live", _openai_live),
)
