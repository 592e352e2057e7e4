"""From the bytes of a WAV file to samples, whatever they are written as."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from appliance.audio.wav_format import Encoding, WavFormat
from appliance.pcm.formats import Pcm, from_float32
from appliance.pcm.g711 import decode_alaw, decode_ulaw

_Bytes = npt.NDArray[np.uint8]


def first_channel(data: bytes, wav: WavFormat) -> Pcm:
    """The first channel of whole frames, as int16, shape `(frames,)`.

    Wider samples are rounded to the nearest. Of floats full scale is 1.0; what is larger is
    clipped, and what is no number, or infinite, is silence. Raises ValueError where `data` is
    no whole number of frames.
    """
    frames = np.frombuffer(data, np.uint8).reshape(-1, wav.frame_bytes)
    samples = np.ascontiguousarray(frames[:, : wav.encoding.sample_bytes])
    return _DECODERS[wav.encoding](samples)


def _unsigned_8(samples: _Bytes) -> Pcm:
    return ((samples[:, 0].astype(np.int16) - 128) << 8).astype(np.int16)


def _signed_16(samples: _Bytes) -> Pcm:
    return samples.view("<i2")[:, 0].astype(np.int16, copy=False)


def _signed_wide(samples: _Bytes) -> Pcm:
    """The upper two bytes, one more where the byte below is in its upper half."""
    upper = np.ascontiguousarray(samples[:, -2:]).view("<i2")[:, 0].astype(np.int32)
    rounded = upper + (samples[:, -3] >> 7)
    return np.minimum(rounded, 32_767).astype(np.int16)


def _floats(samples: _Bytes, kind: str) -> Pcm:
    values = samples.view(kind)[:, 0]
    values = np.where(np.isfinite(values), values, 0)
    return from_float32(np.clip(values, -1, 1).astype(np.float32))


_DECODERS: Mapping[Encoding, Callable[[_Bytes], Pcm]] = {
    Encoding.UNSIGNED_8: _unsigned_8,
    Encoding.SIGNED_16: _signed_16,
    Encoding.SIGNED_24: _signed_wide,
    Encoding.SIGNED_32: _signed_wide,
    Encoding.FLOAT_32: lambda samples: _floats(samples, "<f4"),
    Encoding.FLOAT_64: lambda samples: _floats(samples, "<f8"),
    Encoding.ALAW: lambda samples: decode_alaw(samples[:, 0]),
    Encoding.ULAW: lambda samples: decode_ulaw(samples[:, 0]),
}
