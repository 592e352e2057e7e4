"""How soon a cascade is heard, in real time: its stages work side by side."""

from pathlib import Path

from tests.bench.stage import lay
from tests.recordings import recordings
from tests.service.replaying import of, replayed
from tests.simulators.cascade_script import Completion, Script
from tests.simulators.cascade_server import CascadeThread

SENTENCES = (
    "This is a long answer, of many words, to a short question. It goes on and on. And then some more."
)
WRITES_FOR_S = 4.0  # letter by letter


def test_the_first_clause_is_spoken_while_the_rest_is_written(tmp_path: Path) -> None:
    pcm, _ = lay([recordings()[3]], [800.0])
    completion = Completion(SENTENCES, piece_chars=1, pace_s=WRITES_FOR_S / len(SENTENCES))
    with CascadeThread(Script(completions=(completion,))) as server:
        stages = ",".join(f'{each}={{url="{server.url}",model="m"}}' for each in ("stt", "llm", "tts"))
        exit_code, events, _ = replayed(
            tmp_path, pcm, f'providers=[{{name="house",kind="cascade",{stages}}}]'
        )
    assert exit_code == 0
    assert server.record.violations == []
    (latency,) = of(events, "latency")
    assert latency["provider_ms"] < WRITES_FOR_S * 1000 / 2
