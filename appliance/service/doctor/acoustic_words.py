"""What the numbers of the acoustic check mean, in words. Pure."""

from collections.abc import Iterator
from typing import Final

from appliance.service.doctor.finding import Finding, Verdict, all_well, broken, ok, poor, skipped
from appliance.service.doctor.learnt import Learnt, LearntEcho

# A person who speaks two metres away is recorded at some -40 dBFS; speech needs 10 dB over the noise.
_NOISY_DBFS: Final = -50.0

# An answer at full scale is to be recorded 6 dB below it: so there is room for the person beside it.
_LOUDEST_DB: Final = -6.0

# Of the samples of a sweep. A single one at full scale is chance; one in a thousand is a wave cut off.
_CLIPPED_SHARE: Final = 0.001

# A linear canceller takes away what is linear. Of an echo at -20 dBFS this leaves it at -40: as loud as a
# person.
_DISTORTED_DB: Final = -20.0

# The canceller that is planned (AEC3) finds a delay of up to 250 ms by itself.
_LATE_MS: Final = 250.0

# Quartz clocks of sound devices are within 100 ppm of the truth, two of them within 200 of each other.
_FAST_PPM: Final = 300.0

_AGAIN: Final = "look for what else keeps this machine busy, try another USB port, and measure again"


def acoustic_findings(learnt: Learnt, *, alone: bool) -> Iterator[Finding]:
    """How good this microphone and this loudspeaker are for one another.

    `alone`: the owner says that the microphone does not hear the loudspeaker (headphones, a cable).
    """
    findings = [_noise(learnt), *_echo(learnt, alone)]
    yield from findings
    if learnt.echo is not None:
        yield _talking_over_it(findings)


def _noise(learnt: Learnt) -> Finding:
    if learnt.noise_dbfs <= _NOISY_DBFS:
        return ok("noise", f"the room is quiet enough ({learnt.noise_dbfs:.0f} dBFS)")
    return poor(
        "noise",
        f"the microphone hears noise while nobody speaks ({learnt.noise_dbfs:.0f} dBFS, should be"
        f" {_NOISY_DBFS:.0f} or less)",
        "turn its recording level down (`alsamixer`), or move it away from fans and music",
    )


def _echo(learnt: Learnt, alone: bool) -> Iterator[Finding]:
    echo = learnt.echo
    if echo is None:
        silence = "the microphone does not hear the loudspeaker"
        if alone:
            yield ok("echo", f"{silence}, as the configuration says (audio.echo.cancel)")
        else:
            yield poor(
                "echo",
                f"{silence}: with headphones that is right; else one of them is off or turned down",
                "turn both up (`alsamixer`) and look for a mute switch; with headphones set"
                ' audio.echo.cancel = "off"',
            )
        return
    yield _level(echo)
    yield _clipping(learnt.clipped_share)
    yield _distortion(echo)
    if learnt.steady:
        yield _delay(echo)
    yield _clocks(learnt, echo)


def _level(echo: LearntEcho) -> Finding:
    too_loud_db = echo.level_db - _LOUDEST_DB
    if too_loud_db <= 0:
        return ok("echo", f"the microphone hears the loudspeaker {_in_db(echo.level_db)} what is played")
    return poor(
        "echo",
        f"the microphone hears the loudspeaker {too_loud_db:.0f} dB too loud",
        "turn the loudspeaker or the recording level down (`alsamixer`), or move them apart",
    )


def _in_db(level_db: float) -> str:
    return f"{abs(level_db):.0f} dB {'below' if level_db <= 0 else 'above'}"


def _clipping(share: float) -> Finding:
    if share <= _CLIPPED_SHARE:
        return ok("clipping", "the microphone does not clip")
    return poor(
        "clipping",
        f"the microphone clips: {share:.1%} of the samples are at full scale",
        "turn its recording level down (`alsamixer`), or move it away from the loudspeaker",
    )


def _distortion(echo: LearntEcho) -> Finding:
    percent = 100 * 10 ** (echo.distortion_db / 20)
    if echo.distortion_db <= _DISTORTED_DB:
        return ok("distortion", f"the sound is clean (harmonics {percent:.1f} %)")
    return poor(
        "distortion",
        f"the sound is distorted (harmonics {percent:.0f} %)",
        "turn the loudspeaker's own volume down, or take a larger one",
    )


def _delay(echo: LearntEcho) -> Finding:
    if echo.delay_ms <= _LATE_MS:
        return ok("delay", f"the loudspeaker is heard {echo.delay_ms:.0f} ms after it is said to play")
    return poor(
        "delay",
        f"the loudspeaker is heard {echo.delay_ms:.0f} ms late (at most {_LATE_MS:.0f} can be dealt with)",
        "connect it by USB or a cable; Bluetooth and televisions hold sound back",
    )


def _clocks(learnt: Learnt, echo: LearntEcho) -> Finding:
    if not learnt.steady:
        gaps = learnt.overruns + learnt.underruns
        return poor(
            "clocks", f"sound was lost while it was measured ({echo.slip_ms:.1f} ms, {gaps} gaps)", _AGAIN
        )
    if abs(echo.drift_ppm) <= _FAST_PPM:
        return ok("clocks", f"the clocks of the two differ by {abs(echo.drift_ppm):.0f} millionths")
    return poor(
        "clocks",
        f"the clocks of the two differ by {abs(echo.drift_ppm):.0f} millionths, more than can be followed",
        "use the microphone and the loudspeaker of one device, such as a USB speakerphone",
    )


def _talking_over_it(findings: list[Finding]) -> Finding:
    name = "talking over it"
    if all_well(findings):
        return ok(name, "an echo canceller has what it needs to hear a person through an answer")
    names = ", ".join(finding.name for finding in findings if finding.verdict is not Verdict.OK)
    return poor(
        name,
        f"a person who speaks during an answer will often not be heard (see {names})",
        "do what is said there, or interrupt with the button, which always works",
    )


def dead_microphone(name: str) -> Finding:
    """It delivers, and what it delivers is no sound."""
    return broken(
        "hearing",
        f"{name!r} delivers the same number all the time: it is deaf",
        "look for a mute switch on it, or a recording level of zero (`alsamixer`); else try another one",
    )


def not_measured(reason: str, advice: str) -> Finding:
    """Nothing was played."""
    return skipped("acoustics", f"nothing was played and measured: {reason}", advice)
