"""The page about what can be seen inside says what is so."""

import re
from dataclasses import replace
from pathlib import Path

from appliance.conversation.counters import Counters
from appliance.service.courier import MAX_WAITING
from appliance.service.journal.entry import MAX_TEXT_BYTES, entry_of
from appliance.service.journal.pacing import OF_PROVIDERS, OF_TALK, OF_TROUBLE
from appliance.service.metrics.families import PREFIX, families_of
from tests.service.control.fake_controls import STATUS

PAGE = (Path(__file__).parents[1] / "docs" / "inside.md").read_text(encoding="utf-8")
TABLE = PAGE[PAGE.index("| name (each begins with") :]
LABELS = {
    name: {label.strip() for label in labels.split(",") if label.strip()}
    for names, labels in re.findall(r"^\| (`.*?`) \| ([a-z, ]*) ?\|", TABLE, re.MULTILINE)
    for name in re.findall(r"`([a-z_]+)`", names)
}
# Counters that no event tells of are added by the rooms that count them.
OF_THE_ROOMS = {
    "microphone_overruns": 1,
    "hearing_overrun_samples": 1,
    "turn_overrun_samples": 1,
    "loudspeaker_underruns": 1,
    "answer_underruns": 1,
    "concealed_ms": 1,
}


def test_every_metric_stands_in_the_table_with_what_tells_it_apart() -> None:
    status = replace(STATUS, counters={**Counters().snapshot(), **OF_THE_ROOMS})
    found = {
        f"{family.name}{'_total' * (family.kind == 'counter')}{'_info' * (family.kind == 'info')}": family
        for family in families_of(status)
    }
    assert found.keys() == {f"{PREFIX}_{name}" for name in LABELS}
    for name, family in found.items():
        told_apart = {label for sample in family.samples for label in sample.labels}
        assert not family.samples or told_apart == LABELS[name.removeprefix(f"{PREFIX}_")], name


def test_a_sentence_of_the_journal_is_one() -> None:
    said = {"event": "turn_committed", "turn": 1, "audio_ms": 2090, "cause": "silence"}
    assert entry_of(said)[1]["MESSAGE"] in PAGE
    answered = {"event": "answer_done", "turn": 1, "heard_ms": 2000, "complete": True}
    assert entry_of(answered)[1]["MESSAGE"] in PAGE
    lost = {"event": "device", "device": "microphone", "state": "lost", "reason": "it was unplugged"}
    assert entry_of(lost)[1]["MESSAGE"] in PAGE


def test_every_bound_is_the_one_in_force() -> None:
    assert f"at most {MAX_TEXT_BYTES} bytes" in PAGE
    assert f"up to {MAX_WAITING} entries" in PAGE
    assert f"may come {OF_TALK.burst} times at once" in PAGE
    assert (OF_TALK.every_s, OF_TROUBLE, OF_PROVIDERS) == (1.0, (10, 60.0), (10, 300.0))
