"""Cascades of every kind of stage, for one conversation (`replay_peer`)."""

from collections.abc import Iterator
from contextlib import contextmanager

from appliance.pcm.formats import NEAR_RATE_HZ, pcm_to_bytes
from tests.bench.stage import tone
from tests.service.replay_peer import HEARD, KEY, KEY_NAME, LONG, SHORT, TOOL, Kind, Peer, both, running, toml
from tests.simulators import cascade_script, deepgram_live, elevenlabs_http, wyoming_script, wyoming_server
from tests.simulators.cascade_server import CascadeServer

# A mouth that says the same for every piece of text: so long that the four pieces of a long answer are long.
_PIECE_MS = 2000


def _model(*first: cascade_script.Completion) -> CascadeServer:
    """A language model, with ears and a mouth; `first`: what comes of the first requests."""
    short = cascade_script.Completion(SHORT)
    calling = cascade_script.Completion("", calls=(cascade_script.Call(TOOL),))
    long = cascade_script.Completion(LONG)
    completions = (*first, short, short, calling, short, long, short)
    return CascadeServer(cascade_script.Script((cascade_script.Transcript(HEARD),), completions))


# Before its first clause is whole, so that nothing was spoken.
_LOST = cascade_script.Completion(LONG, trouble=cascade_script.Trouble(drop=True, after_bytes=200))


def _remembers_a_part(model: CascadeServer) -> bool:
    """The last request has the beginning of the long answer, and no more of it."""
    said = [text for role, text in model.record.said() if role == "assistant"]
    return any(text and text != LONG and LONG.startswith(text) for text in said)


def _cascade(llm: str, stt: str, tts: str) -> tuple[str, ...]:
    model = toml(url=llm, model="writes")
    return both(f'kind="cascade",stt={{{stt}}},llm={{{model}}},tts={{{tts}}}')


@contextmanager
def _http() -> Iterator[Peer]:
    server = _model(_LOST)
    with running(server):
        record = server.record
        stage = toml(url=server.url, model="m")
        yield Peer(
            _cascade(server.url, stage, stage),
            lambda: record.violations,
            lambda: [(turn, NEAR_RATE_HZ) for turn in record.turns[1:]],
            lambda: _remembers_a_part(server),
            len(SHORT) * cascade_script.MS_PER_CHARACTER,
        )


@contextmanager
def _vendors() -> Iterator[Peer]:
    """Deepgram is lost as the first turn ends."""
    trouble, close = deepgram_live.Trouble.DROPS, deepgram_live.When.CLOSE_STREAM
    model = _model()
    ears = deepgram_live.Simulator(
        deepgram_live.Script((), (), (HEARD,), trouble=trouble, at=close, times=1, key=KEY)
    )
    mouth = elevenlabs_http.Simulator(elevenlabs_http.Script(tone(_PIECE_MS / 1000), key=KEY))
    with running(model, ears, mouth):
        yield Peer(
            _cascade(
                model.url,
                toml(kind="deepgram", url=ears.url, api_key=f"env:{KEY_NAME}"),
                toml(kind="elevenlabs", url=mouth.url, api_key=f"env:{KEY_NAME}"),
            ),
            lambda: [*model.record.violations, *ears.record.violations, *mouth.record.violations],
            lambda: [(turn, NEAR_RATE_HZ) for turn in ears.record.turns[1:]],
            lambda: _remembers_a_part(model),
            _PIECE_MS,
        )


@contextmanager
def _wyoming() -> Iterator[Peer]:
    """The ears are lost as the first turn ends."""
    model = _model()
    house = wyoming_server.Simulator(
        wyoming_script.Script(
            HEARD,
            sound=pcm_to_bytes(tone(_PIECE_MS / 1000)),
            trouble=wyoming_script.Trouble.DROPS,
            at="audio-stop",
            times=1,
        )
    )
    with running(model, house):
        stage = toml(kind="wyoming", url=house.url)
        yield Peer(
            _cascade(model.url, stage, stage),
            lambda: [*model.record.violations, *house.record.violations],
            lambda: [(turn, NEAR_RATE_HZ) for turn in house.record.turns],
            lambda: _remembers_a_part(model),
            _PIECE_MS,
        )


@contextmanager
def _local() -> Iterator[Peer]:
    """The language model is lost: nothing else is connected."""
    server = _model(_LOST)
    with running(server):
        stage = toml(kind="local")
        yield Peer(
            _cascade(server.url, stage, stage),
            lambda: server.record.violations,
            knows=lambda: _remembers_a_part(server),
        )


KINDS = (
    Kind("cascade-http", _http),
    Kind("cascade-deepgram-elevenlabs", _vendors),
    Kind("cascade-wyoming", _wyoming),
    Kind("cascade-local", _local),
)
