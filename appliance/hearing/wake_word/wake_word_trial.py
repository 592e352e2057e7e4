"""Whether a wake word's model can be run: `python -m appliance.hearing.wake_word.wake_word_trial FILE.json`.

A process of its own, for the native library crashes on a model that is damaged. Exit 0 where it can.
"""

import math
import sys
from typing import Final

from appliance.pcm.formats import NEAR_RATE_HZ

# Its windows are averaged over up to a second before it says anything.
TRIAL_S: Final = 3


def main() -> int:
    """Run the model over noise; what is wrong goes to standard error."""
    import numpy as np
    from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures

    model, features = MicroWakeWord.from_config(sys.argv[1]), MicroWakeWordFeatures()
    noise = np.random.default_rng(1).integers(-300, 300, TRIAL_S * NEAR_RATE_HZ).astype(np.int16)
    told = [model.process_streaming_prob(each) for each in features.process_streaming(noise.tobytes())]
    if all(one is not None and math.isfinite(one) and 0 <= one <= 1 for one in told):
        return 0
    print("what it tells is no probability", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
