"""Synthetic rooms: the impulse response of a shoebox by the method of images.

Allen and Berkley, "Image method for efficiently simulating small-room acoustics" (1979). The walls' one
reflection coefficient comes from the reverberation time by Eyring's formula. Images are moved by up to
8 cm by chance, else the exact lattice makes a sweeping echo that no room has. Pure numpy, 16 kHz.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import NEAR_RATE_HZ

Sound = npt.NDArray[np.float64]
Chance = np.random.Generator
Place = tuple[float, float, float]

SOUND_M_PER_S = 343.0
JITTER_M = 0.08
WALL_M = 0.3  # nobody stands nearer to a wall
RT60_S = (0.2, 0.7)
# The response ends where it is 36 dB down: beside speech at -26 dBFS that is the microphone's own noise.
LENGTH_OF_RT60 = 0.6


@dataclass(frozen=True)
class Room:
    """A shoebox of `size` metres with a microphone, a loudspeaker beside it and a person somewhere."""

    size: Place
    rt60_s: float
    microphone: Place
    loudspeaker: Place
    person: Place

    @property
    def reflection(self) -> float:
        """Of the sound pressure, at each wall; Eyring."""
        x, y, z = self.size
        volume, surface = x * y * z, 2 * (x * y + y * z + x * z)
        absorption = 1 - np.exp(-24 * np.log(10) * volume / (SOUND_M_PER_S * surface * self.rt60_s))
        return float(np.sqrt(1 - absorption))


def any_room(chance: Chance, rt60_s: float | None = None) -> Room:
    """A kitchen to a living room; the loudspeaker 15…40 cm from the microphone, the person 0.7…3 m."""
    size = (chance.uniform(2.8, 6.0), chance.uniform(2.6, 4.5), chance.uniform(2.3, 2.8))
    microphone = _place(size, chance)
    return Room(
        size,
        chance.uniform(*RT60_S) if rt60_s is None else rt60_s,
        microphone,
        _near(microphone, size, (0.15, 0.4), chance),
        _near(microphone, size, (0.7, 3.0), chance),
    )


def _place(size: Place, chance: Chance) -> Place:
    x, y, z = (chance.uniform(WALL_M, side - WALL_M) for side in size)
    return x, y, z


def _near(place: Place, size: Place, distance_m: tuple[float, float], chance: Chance) -> Place:
    """A place in the room at this distance; almost level, as what stands or sits in a room is."""
    while True:
        away, angle = chance.uniform(*distance_m), chance.uniform(0, 2 * np.pi)
        x, y = place[0] + away * np.cos(angle), place[1] + away * np.sin(angle)
        if WALL_M <= x <= size[0] - WALL_M and WALL_M <= y <= size[1] - WALL_M:
            return float(x), float(y), place[2]


def response(room: Room, source: Place, chance: Chance) -> Sound:
    """From `source` to the microphone: begins with the direct sound, which is 1 at its largest.

    The way of the direct sound is cut off, so that a label of the source holds at the microphone.
    """
    count = round(room.rt60_s * LENGTH_OF_RT60 * NEAR_RATE_HZ)
    direct_m = float(np.linalg.norm(np.subtract(source, room.microphone)))
    furthest_m = direct_m + count / NEAR_RATE_HZ * SOUND_M_PER_S
    ways = [_images(room, source, axis, furthest_m) for axis in range(3)]
    x, y, z = (way[0] for way in ways)
    bounces = [way[1] for way in ways]
    square = (x**2)[:, None, None] + (y**2)[None, :, None] + (z**2)[None, None, :]
    metres = np.sqrt(square)
    walls = bounces[0][:, None, None] + bounces[1][None, :, None] + bounces[2][None, None, :]
    inside = metres < furthest_m
    metres, walls = metres[inside], walls[inside]
    metres = metres + np.where(walls > 0, chance.uniform(-JITTER_M, JITTER_M, len(metres)), 0)
    # A random sign after the first reflections: real walls scatter, and all plus adds up to a rumble.
    signs = np.where(walls > 2, chance.choice([-1.0, 1.0], len(metres)), 1.0)
    gain = signs * room.reflection**walls * direct_m / np.maximum(metres, direct_m)
    late = np.maximum(metres - direct_m, 0) / SOUND_M_PER_S * NEAR_RATE_HZ
    return _laid(late, gain, count)


def _images(room: Room, source: Place, axis: int, furthest_m: float) -> tuple[Sound, npt.NDArray[np.int64]]:
    """Along one axis: the distance of every image from the microphone, and how many walls it met."""
    side = room.size[axis]
    reach = int(furthest_m / (2 * side)) + 1
    periods = np.arange(-reach, reach + 1)
    straight = 2 * periods * side + source[axis]
    mirrored = 2 * periods * side - source[axis]
    away = np.concatenate((straight, mirrored)) - room.microphone[axis]
    walls = np.concatenate((np.abs(2 * periods), np.abs(2 * periods - 1)))
    return away, walls


def _laid(late: Sound, gain: Sound, count: int) -> Sound:
    """Each image between the two samples that it falls between."""
    whole = late.astype(np.int64)
    part = late - whole
    inside = whole < count - 1
    whole, part, gain = whole[inside], part[inside], gain[inside]
    laid = np.bincount(whole, gain * (1 - part), count) + np.bincount(whole + 1, gain * part, count)
    return np.asarray(laid[:count], dtype=np.float64)


def convolve(sound: Sound, heard_as: Sound) -> Sound:
    """`sound` in a room, as long as it was: the reverberation after its last sample is cut off."""
    size = 1 << (len(sound) + len(heard_as)).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(heard_as, size), size)[: len(sound)]


def decay_s(heard_as: Sound) -> float:
    """The reverberation time of a response: Schroeder's backward sum, its fall from -5 to -25 dB, tripled."""
    left = np.cumsum((heard_as**2)[::-1])[::-1]
    level_db = 10 * np.log10(np.maximum(left / left[0], 1e-12))
    at_5, at_25 = int(np.argmax(level_db <= -5)), int(np.argmax(level_db <= -25))
    return 3 * (at_25 - at_5) / NEAR_RATE_HZ
