"""When a session is left although nothing is wrong with it."""

from appliance.providers.tenure import QUIET_S, RENEW_BEFORE_S, Tenure


def test_the_session_of_the_preferred_provider_is_held_for_good() -> None:
    tenure = Tenure()
    tenure.probe_after(None, 100.0)
    assert tenure.due_s() is None
    assert not tenure.probe_is_due(1e9)
    assert not tenure.failback_is_due(1e9, 0.0)
    assert not tenure.renewal_is_due(1e9)


def test_a_better_provider_is_tried_when_its_time_has_come() -> None:
    tenure = Tenure()
    tenure.probe_after(30.0, 100.0)
    assert tenure.due_s() == 130.0
    assert not tenure.probe_is_due(129.9)
    assert tenure.probe_is_due(130.0)
    assert not tenure.failback_is_due(1e9, 0.0)


def test_a_better_provider_that_takes_turns_takes_over_after_a_quiet_while() -> None:
    tenure = Tenure()
    tenure.better_is_there()
    assert tenure.due_s() == 0.0
    assert not tenure.failback_is_due(100.0, 100.0 - QUIET_S + 1)
    assert tenure.failback_is_due(100.0, 100.0 - QUIET_S)


def test_a_session_is_renewed_well_before_its_peer_ends_it() -> None:
    tenure = Tenure()
    tenure.closing_soon(3600.0, 0.0)
    assert tenure.due_s() == 3600.0 - RENEW_BEFORE_S
    assert not tenure.renewal_is_due(3600.0 - RENEW_BEFORE_S - 1)
    assert tenure.renewal_is_due(3600.0 - RENEW_BEFORE_S)


def test_a_short_warning_leaves_half_of_it_to_the_turn_that_goes_on() -> None:
    tenure = Tenure()
    tenure.closing_soon(50.0, 1000.0)
    assert tenure.due_s() == 1025.0


def test_of_two_warnings_the_earlier_end_counts() -> None:
    tenure = Tenure()
    tenure.closing_soon(600.0, 0.0)
    tenure.closing_soon(10.0, 100.0)
    assert tenure.due_s() == 105.0
    tenure.closing_soon(600.0, 100.0)
    assert tenure.due_s() == 105.0
