"""The page about the conversation says what the table says."""

import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from appliance.conversation.deadlines import Deadline
from appliance.conversation.ignored import IGNORED
from appliance.conversation.interruption import Cause, Evidence
from appliance.conversation.machine import Happening, Row, State, Verb
from appliance.conversation.strategies import DEFERRED, STRATEGIES, Strategy
from scripts import draw_conversation, draw_conversation_places
from scripts.draw_conversation_arrows import arrows, moves, optional_states
from scripts.draw_conversation_layout import Drawn, lay_out
from scripts.draw_conversation_picture import draw
from scripts.draw_conversation_places import EVERYWHERE, STATES, PictureError
from scripts.draw_conversation_streets import Node, nodes_in
from scripts.draw_conversation_tables import grid
from scripts.draw_conversation_words import HAPPENINGS, VERBS

AGAIN = "run `python scripts/draw_conversation.py` and look at what it changed"


@pytest.fixture(scope="module")
def drawn() -> list[Drawn]:
    return lay_out(arrows(moves()), optional_states())


@pytest.fixture(scope="module")
def page() -> str:
    return draw_conversation.PAGE.read_text(encoding="utf-8")


def test_the_picture_on_disk_is_the_one_of_the_table(drawn: list[Drawn]) -> None:
    on_disk = draw_conversation.PICTURE.read_text(encoding="utf-8")
    assert draw(drawn, optional_states()) == on_disk, AGAIN


def test_the_tables_on_the_page_are_those_of_the_code(page: str) -> None:
    assert draw_conversation.page(page) == page, AGAIN


def test_the_page_shows_the_picture_and_tells_it_to_those_who_do_not_see_it(page: str) -> None:
    (told,) = re.findall(r"!\[([^\]]+)\]\(conversation\.svg\)", page)
    assert all(phase in told for phase in ("idle", "listening", "thinking", "speaking", "interrupt"))


@pytest.mark.parametrize("happening", Happening)
def test_every_happening_is_told_in_words(page: str, happening: Happening) -> None:
    assert HAPPENINGS[happening] in page
    assert f"`{happening.value}`" in page


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_is_told_in_words(page: str, verb: Verb) -> None:
    assert VERBS[verb] in page


@pytest.mark.parametrize("deadline", Deadline)
def test_every_deadline_is_told_with_its_number(page: str, deadline: Deadline) -> None:
    assert re.search(rf"\(deadline `{deadline}`\) \| \d+ m?s \|", page)


def test_words_are_not_shared_by_two_things() -> None:
    assert max(Counter(HAPPENINGS.values()).values()) == 1
    assert max(Counter(VERBS.values()).values()) == 1


def test_a_dot_in_the_grid_is_what_the_table_ignores() -> None:
    rows = {line.split("|")[2].strip(" `"): line.split("|")[3:-1] for line in grid().splitlines()[2:]}
    dots = {(state, h) for h in Happening for state, cell in zip(State, rows[h], strict=True) if "·" in cell}
    assert dots == {(state, h) for state in State for h in IGNORED[state]}


def test_every_move_of_every_strategy_is_drawn_exactly_once() -> None:
    shown = Counter(move for arrow in arrows(moves()) for move in arrow.moves)
    assert shown == Counter(moves().keys())


def test_only_what_another_strategy_adds_is_optional() -> None:
    others = {State.DEFERRING, State.YIELDING, State.SAID}
    assert optional_states() == others | {State.FOLLOWING, State.REPLYING}


def test_an_owner_s_strategy_adds_its_arrows() -> None:
    row = Row(State.IDLE, ())
    mine = Strategy({(State.DUCKED, Happening.SPEECH_SUSTAINED): row})
    known = moves({**STRATEGIES, "mine": mine})
    (added,) = known.keys() - moves().keys()
    assert (added.source, added.target) == (State.DUCKED, State.IDLE)
    assert known[added] == {"mine"}


def test_words_cover_neither_one_another_nor_a_state(drawn: list[Drawn]) -> None:
    boxes = [one.box for one in drawn] + [*STATES.values(), EVERYWHERE]
    assert not [(a, b) for n, a in enumerate(boxes) for b in boxes[:n] if a.meets(b)]


def test_words_cover_no_arrow_but_their_own(drawn: list[Drawn]) -> None:
    for one in drawn:
        others = [path for other in drawn if other is not one for path in _paths(other)]
        covered = set(nodes_in(one.box))
        assert covered.isdisjoint(node for path in others for node in path), one.arrow


def test_no_two_arrows_run_along_one_another(drawn: list[Drawn]) -> None:
    steps = Counter(frozenset(step) for one in drawn for path in _paths(one) for step in pairwise(path))
    assert max(steps.values()) == 1


def test_no_arrow_runs_through_a_state(drawn: list[Drawn]) -> None:
    inside = {node for box in STATES.values() for node in nodes_in(box.grown(-1))}
    assert inside.isdisjoint(node for one in drawn for path in _paths(one) for node in path)


def test_a_state_without_a_place_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    homeless = {state: box for state, box in STATES.items() if state is not State.HELD}
    monkeypatch.setattr(draw_conversation_places, "STATES", homeless)
    with pytest.raises(PictureError, match="held"):
        lay_out(arrows(moves({"immediate": STRATEGIES["immediate"], "deferred": DEFERRED})), frozenset())


def test_an_arrow_without_room_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = STATES[State.IDLE].grown(200)
    crowded = {**STATES, State.CUT_OFF: wall}
    monkeypatch.setattr("scripts.draw_conversation_layout.STATES", crowded)
    with pytest.raises(PictureError, match=r"the arrow from .+ to .+: "):
        lay_out(arrows(moves()), optional_states())


def test_the_strategy_that_the_page_shows_does_what_the_page_says(page: str) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)  # our own page
    stubborn = names["STUBBORN"]
    assert isinstance(stubborn, Strategy)
    assert stubborn.judge(Evidence(long=True)) is None
    assert stubborn.judge_at_deadline(Evidence(long=True)) is Cause.TIME_IS_UP
    assert stubborn.judge(Evidence(words="stop")) is Cause.COMMAND
    assert stubborn.judge(Evidence(words="mhm", paused=True)) is Cause.BACKCHANNEL


def test_a_page_without_a_marker_is_refused() -> None:
    with pytest.raises(ValueError, match="begin onset"):
        draw_conversation.page("# The conversation\n")


def _paths(one: Drawn) -> list[tuple[Node, ...]]:
    return [one.way.path, *(branch.path for branch in one.branches)]
