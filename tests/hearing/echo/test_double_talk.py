"""Two witnesses, and when they are believed."""

from appliance.hearing.echo.double_talk import DoubleTalk

ROOM = 25.0  # dB of a frame, as are all numbers here


def echo(talk: DoubleTalk, frames: int, taken_db: float = 25.0, cancelled: float = ROOM) -> bool:
    """A far end that sounds in two of three frames; the filter takes `taken_db`, AEC3 all of it."""
    heard = False
    for number in range(frames):
        if number % 3 == 2:
            heard |= talk.hear(ROOM, ROOM, ROOM, ROOM - 20, ROOM, ROOM)
        else:
            heard |= talk.hear(70, 70, 70 - taken_db, 70, cancelled, 70 - taken_db)
    return heard


def person(talk: DoubleTalk, frames: int, cancelled: float = 55.0) -> list[bool]:
    return [talk.hear(72, 70, 68, 70, cancelled, 45) for _ in range(frames)]


def test_echo_alone_is_nobody() -> None:
    assert not echo(DoubleTalk(), 2000)


def test_a_person_is_heard_within_50_ms_and_for_400_ms_after_his_last_syllable() -> None:
    talk = DoubleTalk()
    echo(talk, 600)
    assert person(talk, 5)[-1]
    assert echo(talk, 39)
    echo(talk, 10)
    assert not talk.heard


def test_aec3_alone_is_not_believed() -> None:
    talk = DoubleTalk()
    echo(talk, 600)
    assert not echo(talk, 30, cancelled=60)


def test_the_filter_alone_is_not_believed() -> None:
    talk = DoubleTalk()
    echo(talk, 600)
    assert not any(person(talk, 30, cancelled=ROOM))


def test_a_filter_that_takes_little_away_is_not_listened_to() -> None:
    talk = DoubleTalk()
    echo(talk, 600, taken_db=3)
    assert not any(person(talk, 30))


def test_who_is_louder_than_the_echo_can_be_is_believed_without_the_cancellers() -> None:
    talk = DoubleTalk()
    echo(talk, 600, taken_db=3)
    assert [talk.hear(80, 70, 80, 70, ROOM, 45) for _ in range(5)][-1]


def test_a_canceller_that_begins_anew_does_not_make_the_room_another() -> None:
    talk = DoubleTalk()
    echo(talk, 600, taken_db=3)
    talk.forget_cancellers()
    assert [talk.hear(80, 70, 80, 70, ROOM, 45) for _ in range(5)][-1]


def test_what_the_filter_adds_by_itself_is_nobody() -> None:
    talk = DoubleTalk()
    echo(talk, 600)
    assert not any(talk.hear(40, 70, 68, 60, 55, 35) for _ in range(30))


def test_the_room_in_a_pause_is_nobody_where_aec3_was_quieter_once() -> None:
    talk = DoubleTalk()
    echo(talk, 600, cancelled=ROOM - 13)
    assert not any(talk.hear(ROOM + 3, ROOM, ROOM + 3, ROOM, ROOM + 3, ROOM - 15) for _ in range(30))


def test_what_is_usually_left_of_such_an_echo_is_nobody() -> None:
    talk = DoubleTalk()
    echo(talk, 600)
    assert not any(talk.hear(70, 70, 68, 65, 55, 60) for _ in range(30))


def test_the_next_word_of_the_answer_is_known_as_such_though_somebody_has_just_spoken() -> None:
    talk = DoubleTalk()
    echo(talk, 600)
    person(talk, 20)
    assert not talk.usual
    assert [talk.hear(70, 70, 45, 70, ROOM, 45) for _ in range(15)][-1]
    assert talk.usual


def test_what_a_filter_leaves_that_is_not_trusted_is_never_usual() -> None:
    talk = DoubleTalk()
    echo(talk, 600, taken_db=3)
    assert not talk.usual


def test_before_a_second_of_echo_nobody_is_heard() -> None:
    talk = DoubleTalk()
    echo(talk, 90)
    assert not any(person(talk, 30))


def test_a_click_is_nobody() -> None:
    talk = DoubleTalk()
    echo(talk, 600)
    assert not any(person(talk, 2))
