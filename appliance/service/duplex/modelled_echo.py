"""The echo of a replay: what the options say of it, and the two rings that share one clock."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from appliance.audio.echo_path import LONGEST_RESPONSE_S, SHORTEST_MS, EchoPath
from appliance.audio.wav import WavReader
from appliance.errors import InputFileError
from appliance.pcm.formats import NEAR_RATE_HZ, Float32, Pcm, ms_of_samples, samples_of_ms, to_float32
from appliance.pcm.resample import Resampler
from appliance.pcm.ring import SampleRing


@dataclass(frozen=True, slots=True)
class EchoModel:
    """`db`: the level of the echo over what is played; `delay_ms`: from the loudspeaker to the microphone;
    `ir`: a room's impulse response."""

    db: float = 0.0
    delay_ms: float = 0.0
    ir: Path | None = None


def echo_path(
    model: EchoModel, device_delay_ms: float, out_hz: int, near_hz: int, block_samples: int
) -> EchoPath:
    """The room that `model` describes, fed with blocks as they are rendered.

    Raises InputFileError with a sentence for a response that cannot be used, and where the whole delay is
    shorter than can be modelled.
    """
    whole_ms = device_delay_ms + model.delay_ms
    if whole_ms < SHORTEST_MS:
        raise InputFileError(
            f"an echo {whole_ms:g} ms after its sound was rendered cannot be modelled: --device-delay-ms and"
            f" --echo-delay-ms together are at least {SHORTEST_MS:g}"
        )
    response = None if model.ir is None else _read_response(model.ir, out_hz)
    try:
        return EchoPath(model.db, whole_ms, out_hz, near_hz, block_samples, response)
    except ValueError as error:
        raise InputFileError(f"{model.ir}: {error}") from error


class SharedClock:
    """The far end by the near end's indices, where one ticker moves both (`FarEnd`): what leaves the
    loudspeaker now was rendered `delay_ms` ago."""

    def __init__(self, far_ring: SampleRing, delay_ms: float) -> None:
        self._far_ring = far_ring
        self._delay_samples = samples_of_ms(delay_ms, NEAR_RATE_HZ)

    @property
    def lost(self) -> bool:
        """As FarEnd: never."""
        return False

    @property
    def breaks(self) -> int:
        """As FarEnd: none."""
        return 0

    def read_into(self, near_index: int, out: Pcm) -> bool:
        """As FarEnd."""
        start = near_index - self._delay_samples
        before = min(max(-start, 0), len(out))
        if start + len(out) > self._far_ring.written:
            return False
        out[:before] = 0
        self._far_ring.read_into(max(start, 0), out[before:])
        return True


def _read_response(path: Path, rate_hz: int) -> Float32:
    with WavReader(path) as file:
        pcm = file.read(round((LONGEST_RESPONSE_S + 1) * file.rate_hz))
        if ms_of_samples(len(pcm), file.rate_hz) > LONGEST_RESPONSE_S * 1000:
            raise InputFileError(f"{path}: the impulse response is longer than {LONGEST_RESPONSE_S:g} s")
        resampler = Resampler(file.rate_hz, rate_hz)
    return to_float32(np.concatenate((resampler.process(pcm), resampler.flush())))
