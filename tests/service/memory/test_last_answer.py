"""The last answer is kept as it sounded, and never more than is bound."""

import numpy as np

from appliance.service.memory.last_answer import MAX_S, LastAnswer


def test_all_pieces_of_the_newest_answer_are_kept() -> None:
    last = LastAnswer(100)
    last.begin()
    last.append(np.arange(5, dtype=np.int16))
    last.begin()
    last.append(np.array([1, 2], np.int16))
    last.append(np.array([3], np.int16))
    assert last.pcm().tolist() == [1, 2, 3]


def test_what_is_beyond_the_bound_is_not_kept() -> None:
    last = LastAnswer(100)
    last.begin()
    for _ in range(3):
        last.append(np.ones(40 * 100, np.int16))
    assert len(last.pcm()) == MAX_S * 100


def test_before_the_first_answer_and_after_it_was_forgotten_there_is_nothing() -> None:
    last = LastAnswer(100)
    assert len(last.pcm()) == 0
    last.append(np.ones(3, np.int16))
    last.forget()
    assert len(last.pcm()) == 0
