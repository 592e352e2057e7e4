"""Interruption: what the server is told of an answer that nobody wants any more."""

import json

import pytest

from appliance.conversation.vocabulary import AnswerAudio, AnswerDone, AppendAudio, CancelAnswer, CommitTurn
from tests.simulators.openai_pair import Pair
from tests.simulators.openai_script import Answer, chirp

QUESTION = chirp(0.5)


def ask(pair: Pair, answer: int) -> Pair:
    pair.command(AppendAudio(QUESTION))
    pair.command(CommitTurn(answer))
    return pair


def asked(answer: Answer | None = None) -> Pair:
    """Answer 1 was asked for, and the server is about to generate it, in chunks of 100 ms."""
    return ask(Pair(answer or Answer(chirp(1.0))).ready(), 1).settle(play=False)


def items_of(pair: Pair) -> list[str]:
    """The ids of the items that sound came for, in order."""
    return list(dict.fromkeys(event.item or "" for event in pair.events if isinstance(event, AnswerAudio)))


# ---------------------------------------------------------------- while it is generated


def test_active_answer_is_cancelled_by_name_and_cut_at_what_was_heard() -> None:
    pair = asked().hear(4)  # the item, and 300 ms of it
    pair.sent.clear()
    pair.command(CancelAnswer(1, 123))
    assert pair.sent == [
        {"type": "response.cancel", "event_id": "cancel-1", "response_id": "resp_000001"},
        {
            "type": "conversation.item.truncate",
            "event_id": "truncate-1",
            "item_id": items_of(pair)[0],
            "content_index": 0,
            "audio_end_ms": 123,
        },
    ]
    pair.settle()
    assert [cut.audio_end_ms for cut in pair.record.truncations] == [123]
    assert pair.record.violations == []


@pytest.mark.parametrize("heard_ms", [300, 301, 10_000])
def test_cut_is_never_past_what_has_come(heard_ms: int) -> None:
    pair = asked().hear(4)
    pair.command(CancelAnswer(1, heard_ms))
    pair.settle()
    assert [cut.audio_end_ms for cut in pair.record.truncations] == [300]
    assert pair.record.violations == []


def test_cut_is_rounded_down_to_whole_milliseconds_of_what_has_come() -> None:
    pair = asked(Answer(chirp(1.0)[:2411], chunk_ms=101)).hear(2)
    pair.command(CancelAnswer(1, 500))
    pair.settle()
    assert [cut.audio_end_ms for cut in pair.record.truncations] == [100]


def test_answer_of_which_nothing_was_heard_is_deleted_and_never_cut() -> None:
    pair = asked().hear(4)
    pair.command(CancelAnswer(1, 0))
    assert "conversation.item.delete" not in pair.kinds_sent()  # more may come until the server is done
    pair.settle()
    assert pair.record.truncations == []
    assert pair.record.deleted == items_of(pair)
    assert pair.record.violations == []


def test_answer_without_any_item_yet_leaves_nothing_to_delete() -> None:
    pair = asked()
    pair.command(CancelAnswer(1, 0))
    pair.settle()
    assert pair.record.deleted == []
    assert pair.record.finished == [("resp_000001", "cancelled")]
    assert pair.record.violations == []


def test_nothing_comes_of_a_cancelled_answer_although_the_server_had_sent_more() -> None:
    pair = asked().hear(3)
    for _ in range(3):
        pair.play()  # on the wire
    before = pair.of_answer(1)
    pair.command(CancelAnswer(1, 150))
    pair.settle()
    assert pair.of_answer(1) == before
    assert pair.codec.ignored.late_events > 0


def test_item_that_appears_after_the_cancel_is_deleted_too() -> None:
    pair = asked(Answer(chirp(0.4), items=2, chunk_ms=200)).hear(3)  # the first item, whole
    pair.play()  # on the wire: the second item
    pair.play()  # and its sound
    pair.command(CancelAnswer(1, 50))
    pair.settle()
    first, second = (item for item in pair.record.deleted + [c.item_id for c in pair.record.truncations])
    assert pair.record.deleted == [first]
    assert [(cut.item_id, cut.audio_end_ms) for cut in pair.record.truncations] == [(second, 50)]
    assert second == items_of(pair)[0]
    assert pair.record.violations == []


def test_item_that_only_the_end_of_the_response_names_is_deleted_too() -> None:
    pair = asked().hear(3)
    pair.command(CancelAnswer(1, 150))
    pair.sent.clear()
    response = {"id": "resp_000001", "status": "cancelled", "output": [{"id": "late", "type": "message"}]}
    pair.codec.decode(json.dumps({"type": "response.done", "response": response}))
    assert [json.loads(frame)["item_id"] for frame in pair.codec.replies()] == ["late"]


def test_item_of_less_than_a_millisecond_is_deleted_for_it_cannot_be_cut() -> None:
    pair = asked(Answer(chirp(1.0)[:10])).settle()
    pair.command(CancelAnswer(1, 1))
    pair.settle()
    assert pair.record.deleted == items_of(pair)
    assert pair.record.violations == []


# ---------------------------------------------------------------- before the server named it


def test_answer_without_a_name_yet_is_cancelled_as_soon_as_it_has_one() -> None:
    pair = ask(Pair().ready(), 1)
    pair.sent.clear()
    pair.command(CancelAnswer(1, 0))
    assert pair.sent == []
    pair.settle(play=False)
    assert pair.kinds_sent() == ["response.cancel"]
    assert pair.record.finished == [("resp_000001", "cancelled")]
    assert pair.of_answer(1) == []
    assert pair.record.violations == []


def test_cancelling_twice_says_it_once() -> None:
    pair = asked().hear(2)
    pair.sent.clear()
    pair.command(CancelAnswer(1, 40))
    pair.command(CancelAnswer(1, 90))
    assert pair.kinds_sent() == ["response.cancel", "conversation.item.truncate"]


def test_cancelling_an_unknown_answer_sends_nothing() -> None:
    pair = asked()
    pair.sent.clear()
    pair.command(CancelAnswer(99, 0))
    assert pair.sent == []


# ---------------------------------------------------------------- after the server has finished


@pytest.mark.parametrize(
    ("heard_ms", "cut_at"), [(1, [1]), (999, [999]), (1000, []), (1500, [])], ids="heard {}".format
)
def test_finished_answer_is_cut_only_if_some_of_it_was_not_heard(heard_ms: int, cut_at: list[int]) -> None:
    pair = asked().settle()
    pair.sent.clear()
    pair.command(CancelAnswer(1, heard_ms))
    assert "response.cancel" not in pair.kinds_sent()
    pair.settle()
    assert [cut.audio_end_ms for cut in pair.record.truncations] == cut_at
    assert pair.record.deleted == []
    assert pair.record.violations == pair.record.races == []


def test_finished_answer_of_which_nothing_was_heard_is_deleted_at_once() -> None:
    pair = asked().settle()
    pair.sent.clear()
    pair.command(CancelAnswer(1, 0))
    assert pair.kinds_sent() == ["conversation.item.delete"]


def test_cancel_that_crosses_the_end_of_the_answer_is_a_harmless_race() -> None:
    pair = asked().hear(3)
    while pair.play():
        pass  # the rest and response.done are on the wire
    pair.command(CancelAnswer(1, 50))
    pair.settle()
    assert [cut.audio_end_ms for cut in pair.record.truncations] == [50]
    assert len(pair.record.races) == 1
    assert pair.record.violations == []
    assert pair.codec.ignored.harmless_errors == 1
    ask(pair, 2).settle()
    assert pair.received_samples(2) == 24_000


# ---------------------------------------------------------------- several items


@pytest.mark.parametrize(
    ("heard_ms", "cut", "deleted"),
    [
        (0, None, [0, 1, 2]),
        (99, (0, 99), [1, 2]),
        (100, None, [1, 2]),
        (101, (1, 1), [2]),
        (250, (2, 50), []),
        (300, None, []),
    ],
)
def test_what_was_heard_spans_the_items_in_their_order(
    heard_ms: int, cut: tuple[int, int] | None, deleted: list[int]
) -> None:
    pair = asked(Answer(chirp(0.3), items=3)).settle()
    items = items_of(pair)
    pair.command(CancelAnswer(1, heard_ms))
    pair.settle()
    cuts = [(items.index(told.item_id), told.audio_end_ms) for told in pair.record.truncations]
    assert cuts == ([cut] if cut else [])
    assert pair.record.deleted == [items[number] for number in deleted]
    assert pair.record.violations == []


# ---------------------------------------------------------------- the next turn


def test_next_answer_is_asked_for_when_the_server_is_done_with_the_cancelled_one() -> None:
    pair = asked().hear(2)
    pair.command(CancelAnswer(1, 0))
    ask(pair, 2)
    assert pair.kinds_sent()[-1] == "input_audio_buffer.commit"
    pair.settle()
    assert pair.kinds_sent() == ["conversation.item.delete", "response.create"]
    assert pair.record.asked == ["1", "2"]
    assert pair.received_samples(2) == 24_000
    assert pair.record.violations == []


def test_answer_that_still_waits_is_cancelled_without_a_word() -> None:
    pair = asked().hear(2)
    pair.command(CancelAnswer(1, 60))
    ask(pair, 2)
    pair.command(CancelAnswer(2, 0))
    ask(pair, 3)
    pair.settle()
    assert pair.record.asked == ["1", "3"]
    assert pair.of_answer(2) == []
    assert pair.received_samples(3) == 24_000
    assert pair.record.violations == []


def test_newer_answer_takes_the_place_of_the_one_that_waits() -> None:
    pair = asked().hear(2)
    for answer in (2, 3):
        ask(pair, answer)
    pair.settle()
    assert pair.record.asked == ["1", "3"]


# ---------------------------------------------------------------- what it costs


def test_what_a_cancelled_answer_cost_is_told_with_the_next() -> None:
    pair = asked().hear(4)
    pair.command(CancelAnswer(1, 123))
    ask(pair, 2).settle()
    [done] = [event for event in pair.events if isinstance(event, AnswerDone)]
    once = ask(Pair(Answer(chirp(1.0))).ready(), 1).settle()
    [alone] = [event for event in once.events if isinstance(event, AnswerDone)]
    assert done.answer == 2
    assert alone.usage
    assert all(done.usage[unit] > count for unit, count in alone.usage.items())
