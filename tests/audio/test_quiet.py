"""C libraries keep silent, and nobody else does."""

import os

import pytest

from appliance.audio.quiet import quiet_stderr


def test_what_is_written_to_the_descriptor_meanwhile_is_lost(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        os.write(2, b"ALSA lib pcm.c: Unknown PCM\n")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"


def test_an_exception_gives_the_descriptor_back(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), quiet_stderr():
        raise ZeroDivisionError
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"
