"""Samples as int16, float32 and bytes, and durations as sample counts.

All sound of the appliance is int16, mono, shape `(n,)`; full scale is 32768.
"""

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]
Float32 = npt.NDArray[np.float32]

NEAR_RATE_HZ = 16_000  # what the speech detector, the turn history and the far-end ring run at
FULL_SCALE = 32_768
_MOST = np.float32(FULL_SCALE - 1)
_LEAST = np.float32(-FULL_SCALE)
_WIRE = np.dtype("<i2")


def samples_of_ms(ms: float, rate_hz: int) -> int:
    """The whole number of samples nearest to `ms` at `rate_hz`."""
    return round(ms * rate_hz / 1000)


def ms_of_samples(samples: int, rate_hz: int) -> float:
    """The exact duration of `samples` at `rate_hz`."""
    return samples * 1000 / rate_hz


def to_float32(pcm: Pcm, out: Float32 | None = None) -> Float32:
    """`pcm` scaled to [-1, 1), exactly; into `out` (same shape) where given."""
    if out is None:
        out = np.empty(pcm.shape, np.float32)
    return np.multiply(pcm, np.float32(1 / FULL_SCALE), out=out)


def from_float32(x: Float32, out: Pcm | None = None) -> Pcm:
    """`x` (finite, full scale 1.0) rounded to the nearest sample and saturated; into `out` where given."""
    scaled = x * np.float32(FULL_SCALE)
    np.rint(scaled, out=scaled)
    np.minimum(scaled, _MOST, out=scaled)  # np.clip takes longer than both
    np.maximum(scaled, _LEAST, out=scaled)
    if out is None:
        out = np.empty(x.shape, np.int16)
    np.copyto(out, scaled, casting="unsafe")
    return out


def pcm_to_bytes(pcm: Pcm) -> bytes:
    """16-bit little-endian bytes, on any machine."""
    return pcm.astype(_WIRE, copy=False).tobytes()


def pcm_from_bytes(data: bytes | bytearray | memoryview) -> Pcm:
    """Samples of 16-bit little-endian bytes; a view of `data` where the machine allows it.

    Raises `ValueError` for an odd number of bytes.
    """
    if len(data) % _WIRE.itemsize:
        raise ValueError(f"{len(data)} bytes are no whole number of 16-bit samples")
    return np.frombuffer(data, _WIRE).astype(np.int16, copy=False)
