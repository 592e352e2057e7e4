"""What the model is told beside what it hears: the end of a note is what it asks for, and is never cut."""

from appliance.conversation.vocabulary import ToolRan
from appliance.providers.gemini.notes import MAX_LASTING, Notes

WORDS = " ".join(f"word{number}" for number in range(1000))
MAX_TOTAL_CHARACTERS = (2 * MAX_LASTING + 1) * 4000


def test_a_long_answer_is_gone_on_with_from_its_last_words() -> None:
    notes = Notes()
    notes.begun(WORDS)
    (note,) = notes.take()
    assert 'word999". Go on with the very next word' in note
    assert note.endswith("repeat nothing of it.")


def test_a_tool_with_a_long_result_is_not_to_be_called_again() -> None:
    notes = Notes()
    notes.ran(ToolRan("call", "set_timer", '{"s":1}', WORDS))
    (note,) = notes.take()
    assert 'set_timer already ran for what the person asked, with {"s":1}, and gave word0' in note
    assert note.endswith("Do not call it again for that.")


def test_of_a_long_answer_that_was_cut_off_the_last_words_that_were_heard_are_told() -> None:
    notes = Notes()
    notes.cut_off(WORDS)
    (note,) = notes.take()
    assert note.endswith('word999".')


def test_notes_are_bounded() -> None:
    notes = Notes()
    for _ in range(100):
        notes.cut_off("x" * 100_000)
        notes.ran(ToolRan("call", "f", "x" * 100_000, "x" * 100_000))
        notes.begun("x" * 100_000)
    assert sum(len(note) for note in notes.take()) < MAX_TOTAL_CHARACTERS
