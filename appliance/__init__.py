"""A plug-in voice appliance: a microphone, a loudspeaker, and a conversation between them."""

import os

__version__ = "0.1.0"

# Since its version 1.29 onnxruntime numbers the machine, keeps what runs on it in a database and sends that
# to its maker, unless it is told not to before it is loaded (its docs/Privacy.md). Here, for whatever process
# of ours comes to load it: nothing leaves the box that is not said to.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
