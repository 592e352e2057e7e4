"""The page about the event log has every event, with every member, as the log has it."""

import json
import re
from pathlib import Path

import pytest

from tests.service.event_schema import MEMBERS, OPTIONAL, problems

PAGE = (Path(__file__).parents[1] / "docs" / "events.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(line) for line in re.findall(r'^\{"t_ms".*\}$', PAGE, re.MULTILINE)]


@pytest.mark.parametrize("kind", MEMBERS)
def test_an_event_is_shown_with_all_that_it_may_have(kind: str) -> None:
    shown = {name for example in EXAMPLES if example["event"] == kind for name in example}
    assert shown - {"t_ms", "event", "conversation"} == (
        MEMBERS[kind].keys() | OPTIONAL.get(kind, {}).keys()
    ) - {"conversation"}


def test_the_examples_are_what_a_log_may_hold() -> None:
    wrong = [problem for example in EXAMPLES for problem in problems([example])]
    assert [problem for problem in wrong if "does not belong" in problem or "cannot be" in problem] == []
    assert [problem for problem in wrong if "is missing" in problem] == []
