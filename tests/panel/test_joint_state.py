"""However it stands, something is shown, and what matters most of it."""

from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import product

import pytest

from appliance.conversation.machine import Phase
from appliance.panel.joint_state import Answering, JointState, Life, Shown, shown

VALUES: dict[str, tuple[object, ...]] = {
    "life": tuple(Life),
    "phase": tuple(Phase),
    "answering": tuple(Answering),
}
BOOL = (False, True)


def all_states() -> Iterator[JointState]:
    names = [field.name for field in fields(JointState)]
    for values in product(*(VALUES.get(name, BOOL) for name in names)):
        yield JointState(*values)  # type: ignore[arg-type]


def test_whatever_can_be_is_shown_and_whatever_is_shown_can_be() -> None:
    assert {shown(joint) for joint in all_states()} == set(Shown)


def test_it_is_never_shown_as_muted_while_the_microphone_is_open() -> None:
    assert not [joint for joint in all_states() if joint.ear_open and shown(joint) is Shown.MUTED]


def test_who_is_heard_sees_it() -> None:
    """An open ear in a turn may be shown as nothing else, whatever else there is to tell."""
    for joint in all_states():
        heard = joint.phase is Phase.LISTENING and joint.ear_open and not joint.muted
        if heard and joint.life is not Life.DOWN and not joint.asks_to_forget:
            assert shown(joint) is Shown.LISTENING


def test_it_seems_to_be_well_only_when_it_is() -> None:
    well = {Shown.IDLE, Shown.LISTENING, Shown.SPEAKING, Shown.INTERRUPTED}
    for joint in all_states():
        if joint.life is Life.DOWN or (joint.deaf and joint.phase is Phase.IDLE and not joint.rings):
            assert shown(joint) not in well


IDLE = JointState()
MUTED = replace(IDLE, muted=True, ear_open=False)


@pytest.mark.parametrize(
    ("joint", "expected"),
    [
        (IDLE, Shown.IDLE),
        (replace(IDLE, life=Life.STARTING), Shown.STARTING),
        (replace(IDLE, phase=Phase.LISTENING), Shown.LISTENING),
        (replace(IDLE, phase=Phase.THINKING), Shown.THINKING),
        (replace(IDLE, phase=Phase.SPEAKING, sounds=True), Shown.SPEAKING),
        (replace(IDLE, phase=Phase.INTERRUPTED, sounds=True), Shown.INTERRUPTED),
        (replace(IDLE, sounds=True), Shown.SPEAKING),
        (replace(IDLE, listens_on=True), Shown.LISTENING_ON),
        (replace(IDLE, listens_on=True, sounds=True), Shown.SPEAKING),
        (replace(IDLE, wordless=True), Shown.WORDLESS),
        (replace(IDLE, wordless=True, listens_on=True), Shown.LISTENING_ON),
        (replace(IDLE, sounds=True, rings=True), Shown.RINGING),
        (replace(IDLE, muted=True), Shown.MUTING),
        (MUTED, Shown.MUTED),
        (replace(MUTED, muted=False), Shown.STARTING),
        (replace(MUTED, button_down=True), Shown.PRESSED_MUTED),
        (replace(MUTED, asks_to_forget=True), Shown.FORGETTING),
        (replace(MUTED, deaf=True), Shown.MUTED),
        (replace(IDLE, deaf=True, ear_open=False), Shown.DEAF),
        (replace(IDLE, mouthless=True), Shown.MOUTHLESS),
        (replace(IDLE, mouthless=True, rings=True), Shown.RINGING),
        (replace(IDLE, answering=Answering.STAND_IN), Shown.STAND_IN),
        (replace(IDLE, answering=Answering.NOBODY), Shown.NOBODY),
        (replace(IDLE, answering=Answering.NOBODY, phase=Phase.LISTENING), Shown.LISTENING),
        (replace(IDLE, life=Life.DOWN), Shown.DOWN),
    ],
    ids=lambda value: value.value if isinstance(value, Shown) else "",
)
def test_what_matters_most_is_shown(joint: JointState, expected: Shown) -> None:
    assert shown(joint) is expected
