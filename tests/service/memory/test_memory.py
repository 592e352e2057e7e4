"""What a conversation leaves in the heap is given back once it rests, and not while it goes on."""

from appliance.service.memory.memory import REST_S, AfterWork


def test_once_after_each_conversation() -> None:
    after_work = AfterWork()
    assert not after_work.look(0.0, rests=True)
    assert not after_work.look(10.0, rests=True), "nothing was done yet"
    for began_s in (20.0, 40.0):
        assert not after_work.look(began_s, rests=False)
        assert not after_work.look(began_s + 5, rests=True)
        assert not after_work.look(began_s + 5 + REST_S - 0.1, rests=True), "it may go on"
        assert after_work.look(began_s + 5 + REST_S, rests=True)
        assert not after_work.look(began_s + 15, rests=True), "it is done"


def test_a_pause_between_two_turns_is_no_rest() -> None:
    after_work = AfterWork()
    after_work.look(0.0, rests=False)
    after_work.look(1.0, rests=True)
    after_work.look(1.5, rests=False)
    assert not after_work.look(2.0, rests=True)
    assert not after_work.look(3.9, rests=True)
    assert after_work.look(4.0, rests=True)
