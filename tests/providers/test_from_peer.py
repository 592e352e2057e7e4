"""What a peer sent is JSON by the letter of the standard where that is asked for."""

import pytest

from appliance.errors import ProtocolViolation
from appliance.providers.from_peer import json_object


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(ProtocolViolation):
        json_object(f'{{"count": {number}}}', finite=True)


def test_a_number_that_is_one_is_taken() -> None:
    assert json_object('{"count": -1.5e3, "least": 1e-999}', finite=True) == {"count": -1500.0, "least": 0.0}
