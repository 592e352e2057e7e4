"""The models that are shipped, in sessions that have no thread of their own."""

import hashlib
from importlib import resources
from pathlib import Path
from typing import Any, Final

from appliance.errors import ApplianceError

_LOG_ERRORS_ONLY: Final = 3


class ModelError(ApplianceError):
    """A shipped model cannot be loaded; the text says which, and why."""


def open_model(what: str, file: str, sha256: str) -> Any:
    """An onnxruntime session of `file`, whose content is `sha256`; `what` it is, for the sentence.

    The default options keep a pool of threads that spins between two runs, which burns a whole core at
    the pace of a microphone. Raises ModelError when the file or the runtime cannot be loaded: with a
    block of zeros where a worn card lost its weights, a model still loads, and answers nonsense.
    """
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as failures
    except ImportError as error:
        raise ModelError(f"The {what} needs onnxruntime, which does not load: {error}") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    # Packed copies of the weights: memory, and nothing faster for models of this size.
    options.add_session_config_entry("session.disable_prepacking", "1")
    options.log_severity_level = _LOG_ERRORS_ONLY
    refusals = (
        failures.Fail,
        failures.InvalidArgument,
        failures.InvalidGraph,
        failures.InvalidProtobuf,
        failures.NotImplemented,
        failures.RuntimeException,
    )
    try:
        with resources.as_file(resources.files("appliance.hearing") / "models" / file) as path:
            _check(path, f"The {what} {file} cannot be loaded", sha256)
            # By its path: from bytes onnxruntime keeps megabytes more.
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except OSError as error:
        raise ModelError(f"The {what} {file} cannot be loaded: {error.strerror}") from error
    except refusals as error:
        raise ModelError(f"The {what} {file} cannot be loaded: {error}") from error


def _check(path: Path, refusal: str, sha256: str) -> None:
    """Raises OSError or ModelError where the model's file is not what was shipped."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != sha256:
        raise ModelError(f"{refusal}: its file is damaged")
