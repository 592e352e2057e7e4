"""Which words were said by which instant of the sound, judged on speech whose alignment is known."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.delivery import UNKNOWN, Delivery, learned_from
from appliance.conversation.heard import Message
from appliance.conversation.said_words import MAX_MARKS, SaidWords, words_within

STORY = (
    "Once upon a time there was an extraordinarily patient loudspeaker, and it lived on a shelf. Every day "
    "somebody asked it the same question; every day it answered as if it had never been asked before. "
    "I do not mind, it said to the lamp beside it, because they do not mind me either."
)
RATE_HZ = 24_000


@dataclass(frozen=True)
class Spoken:
    """A word, and when it is over, in ms of the sound."""

    word: str
    until_ms: float


def speech(seed: int) -> list[Spoken]:
    """The words at an uneven pace: 55…95 ms a character, and pauses after punctuation."""
    chance = random.Random(seed)
    at_ms, spoken = 0.0, []
    for word in STORY.split():
        at_ms += (len(word) + 1) * chance.uniform(55, 95)
        at_ms += chance.uniform(150, 400) if word[-1] in ".,;" else 0.0
        spoken.append(Spoken(word, at_ms))
    return spoken


@dataclass(frozen=True)
class Sound:
    """The next piece of it."""

    ms: float


@dataclass(frozen=True)
class Text:
    """All of it so far; the vendor says by when it is said."""

    text: str
    until_ms: float


def in_step(spoken: list[Spoken], step_ms: float) -> Iterator[tuple[Text, Sound]]:
    """The words of each `step_ms` of sound, and the sound itself."""
    end_ms, text = spoken[-1].until_ms, ""
    for start in range(0, int(end_ms) + 1, int(step_ms)):
        until_ms = min(start + step_ms, end_ms)
        said = [each for each in spoken if each.until_ms <= until_ms]
        text = " ".join(each.word for each in said)
        yield Text(text, said[-1].until_ms if said else 0.0), Sound(until_ms - start)


def stream(order: str, spoken: list[Spoken]) -> list[Text | Sound]:
    """The events of a provider that sends words and sound in this order."""
    steps = list(in_step(spoken, 400))
    match order:
        case "words before their sound":
            return [event for text, sound in steps for event in (text, sound)]
        case "words after their sound":
            return [event for text, sound in steps for event in (sound, text)]
        case "words a second ahead":
            ahead = [steps[0][0], *(text for text, _ in steps[2:]), steps[-1][0]]
            return [event for (_, sound), text in zip(steps, ahead, strict=True) for event in (text, sound)]
        case "all words first":
            return [steps[-1][0], *(sound for _, sound in steps)]
    raise AssertionError(order)


def received(events: list[Text | Sound], until_ms: float, *, timestamps: bool) -> Message:
    """What there is of the message when so much of its sound has come, and the line is lost."""
    message = Message("a")
    for event in events:
        if isinstance(event, Text):
            message.says(event.text, event.until_ms if timestamps else None)
        else:
            message.sound(round(event.ms * RATE_HZ / 1000), RATE_HZ)
            if message.received_ms >= until_ms:
                break
    return message


def learned(order: str, seed: int) -> Delivery:
    """What another answer of this provider taught, which came whole."""
    spoken = speech(1000 + seed)
    message = received(stream(order, spoken), spoken[-1].until_ms, timestamps=False)
    return learned_from([message.words.whole(message.text, message.received_ms)])


def errors_in_words(order: str, *, timestamps: bool, whole: bool, known: bool = False) -> list[int]:
    """At moments by chance: how many words too many (+) or too few (-) are taken for heard, the voice being
    `known` or not."""
    errors = []
    for seed in range(100):
        chance = random.Random(f"{order} {seed}")
        spoken = speech(seed)
        end_ms = spoken[-1].until_ms
        lost_ms = end_ms if whole else chance.uniform(2000, end_ms)
        message = received(stream(order, spoken), lost_ms, timestamps=timestamps)
        heard_ms = chance.uniform(500, message.received_ms)
        usual = learned(order, seed) if known else UNKNOWN
        text = message.words.heard(message.text, heard_ms, message.received_ms, usual, closed=whole)
        true = sum(each.until_ms <= heard_ms for each in spoken)
        errors.append(len(text.split()) - true)
    return errors


@pytest.mark.parametrize("whole", [True, False], ids=["came whole", "broke off"])
@pytest.mark.parametrize("order", ["words before their sound", "words after their sound"])
def test_words_that_came_in_step_with_their_sound_are_placed_to_a_word(order: str, whole: bool) -> None:
    errors = errors_in_words(order, timestamps=False, whole=whole)
    print(order, "whole" if whole else "broken off", "seeds 0…99, errors in words:", sorted(errors))
    assert sum(abs(error) <= 1 for error in errors) >= 95
    assert min(errors) >= -2
    assert max(errors) <= 1


@pytest.mark.parametrize("order", ["words before their sound", "words after their sound", "all words first"])
def test_words_with_the_vendors_timestamps_are_placed_to_a_word(order: str) -> None:
    errors = errors_in_words(order, timestamps=True, whole=True)
    print(order, "seeds 0…99, errors in words:", sorted(errors))
    limit = 5 if order == "all words first" else 1  # which has one timestamp, at its end
    assert max(map(abs, errors)) <= limit


AHEAD = ("words a second ahead", "all words first")


@pytest.mark.parametrize("known", [False, True], ids=["unknown voice", "known voice"])
@pytest.mark.parametrize("order", AHEAD)
def test_of_words_that_ran_ahead_when_the_line_broke_hardly_one_too_many_is_told(
    order: str, known: bool
) -> None:
    errors = errors_in_words(order, timestamps=False, whole=False, known=known)
    print(order, "seeds 0…99, errors in words:", sorted(errors))
    assert sum(error <= 1 for error in errors) >= 95
    assert max(errors) <= 3
    assert min(errors) >= -8


@pytest.mark.parametrize("order", AHEAD)
def test_words_that_ran_ahead_and_came_whole_are_moved_back(order: str) -> None:
    errors = errors_in_words(order, timestamps=False, whole=True)
    print("seeds 0…99, errors in words:", sorted(errors))
    assert sum(abs(error) <= 1 for error in errors) >= 90
    assert max(map(abs, errors)) <= 3


def test_a_provider_without_a_word_says_none() -> None:
    message = Message("a")
    message.sound(24_000, RATE_HZ)
    message.close(UNKNOWN)
    assert message.text == ""


def test_all_that_came_was_said_when_all_of_the_sound_was_heard() -> None:
    words = SaidWords()
    words.text(11, 0.0)
    words.sound()
    assert words.heard("hello world", 1000.0, 1000.0, UNKNOWN, closed=True) == "hello world"


def test_marks_are_bounded() -> None:
    words = SaidWords()
    for number in range(5 * MAX_MARKS):
        words.sound()
        words.text(number, number * 100.0)
    text = "abcd " * MAX_MARKS
    assert words.heard(text, 50_000.0, 250_000.0, UNKNOWN, closed=False) == text[:500].rstrip()


EVENTS = st.lists(
    st.one_of(
        st.integers(0, 20_000),
        st.tuples(st.text("ab .,7\n", max_size=120), st.none() | st.floats(-100, 20_000)),
    ),
    max_size=40,
)


@given(EVENTS, st.lists(st.floats(0, 1), min_size=2, max_size=5), st.booleans(), st.booleans())
def test_whatever_comes_the_words_grow_with_what_was_heard(
    events: list[int | tuple[str, float | None]], shares: list[float], closed: bool, known: bool
) -> None:
    message = Message("a")
    for event in events:
        if isinstance(event, int):
            message.sound(event, RATE_HZ)
        else:
            message.says(*event)
    usual = Delivery(60.0, 500.0, learned=True) if known else UNKNOWN
    heard = [
        message.words.heard(
            message.text, share * message.received_ms, message.received_ms, usual, closed=closed
        )
        for share in sorted(shares)
    ]
    assert all(message.text.startswith(words) for words in heard)
    assert heard == sorted(heard, key=len)


@given(st.text(max_size=200), st.floats(-10, 300))
def test_words_are_whole_and_the_beginning_of_the_text(text: str, characters: float) -> None:
    words = words_within(text, characters)
    rest = text[len(words) :]
    assert text.startswith(words)
    assert not rest or not words or rest[0].isspace()
