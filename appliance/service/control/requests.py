"""The requests of the control socket: one JSON object a line, and a sentence for each that is none."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json

from appliance.conversation.history import MAX_CHARACTERS
from appliance.errors import ApplianceError, Fault
from appliance.settings.mistakes import plain
from appliance.settings.options import VariableName
from appliance.settings.section import Text

# Of a line, its end included, in both directions: the longest question that the history keeps,
# with every character escaped, has 48 kB.
MAX_LINE_BYTES = 65_536
# Of an announcement: more than a minute of speech, which nobody wants to hear in one go.
MAX_SAID_CHARACTERS = 1000
# Of what a mistake repeats of a request.
_MAX_SHOWN_CHARACTERS = 40


class InvalidRequest(ApplianceError):
    """The request is not understood; the text is one sentence that says what is wrong with it."""

    fault = Fault.OWNER
    exit_code = 2


class Request(BaseModel):
    """What every request has: `do`, its verb. Unknown members are refused, nothing is converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Written = Annotated[str, Field(pattern=r"\S")]


class Say(Request):
    """Speak a text."""

    do: Literal["say"] = "say"
    text: Written = Field(max_length=MAX_SAID_CHARACTERS)


class Ask(Request):
    """Ask a question in writing."""

    do: Literal["ask"] = "ask"
    text: Written = Field(max_length=MAX_CHARACTERS)
    spoken: bool = True


class Mute(Request):
    """Hear nothing."""

    do: Literal["mute"] = "mute"


class Unmute(Request):
    """Hear again."""

    do: Literal["unmute"] = "unmute"


class Stop(Request):
    """End whatever goes on."""

    do: Literal["stop"] = "stop"


class Forget(Request):
    """Forget what was said."""

    do: Literal["forget"] = "forget"


class Commit(Request):
    """End the turn."""

    do: Literal["commit"] = "commit"


class Press(Request):
    """The button goes down."""

    do: Literal["press"] = "press"


class Release(Request):
    """The button comes up."""

    do: Literal["release"] = "release"
    held: bool = True


class Volume(Request):
    """Tell the volume, or change it."""

    do: Literal["volume"] = "volume"
    percent: int | None = Field(default=None, ge=0, le=100)


class SetVariable(Request):
    """Give a variable a value."""

    do: Literal["set"] = "set"
    name: VariableName
    value: Text


class Variables(Request):
    """Tell the variables."""

    do: Literal["variables"] = "variables"


class Transcript(Request):
    """Tell what was said."""

    do: Literal["transcript"] = "transcript"


class Reload(Request):
    """Apply the changed configuration."""

    do: Literal["reload"] = "reload"


class ReportStatus(Request):
    """Tell what goes on."""

    do: Literal["status"] = "status"


AnyRequest = (
    Say
    | Ask
    | Mute
    | Unmute
    | Stop
    | Forget
    | Commit
    | Press
    | Release
    | Volume
    | SetVariable
    | Variables
    | Transcript
    | Reload
    | ReportStatus
)
_REQUESTS: TypeAdapter[AnyRequest] = TypeAdapter(Annotated[AnyRequest, Field(discriminator="do")])
_VERBS = ", ".join(sorted(shape.model_fields["do"].default for shape in get_args(AnyRequest)))


def decode_request(line: bytes) -> AnyRequest:
    """The request in a line, with or without its end. Raises InvalidRequest, whatever the bytes are."""
    try:
        found = from_json(line, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidRequest(f"This is no line of JSON: {error}.") from None
    if not isinstance(found, dict):
        raise InvalidRequest('A request is a JSON object, such as {"do":"status"}.')
    return make_request(found)


def make_request(members: dict[str, Any]) -> AnyRequest:
    """The request with these members. Raises InvalidRequest."""
    try:
        return _REQUESTS.validate_python(members)
    except ValidationError as invalid:
        raise InvalidRequest(_sentence(members, invalid.errors(include_url=False)[0])) from None


def encode_request(request: AnyRequest) -> bytes:
    """The line of a request, without what it would mean anyway."""
    return request.model_dump_json(exclude_none=True).encode() + b"\n"


def _sentence(members: dict[str, Any], error: ErrorDetails) -> str:
    """The first mistake of a request, in words."""
    kind = error["type"]
    if kind.startswith("union_tag"):
        return _no_such_verb(members)
    verb, name = str(members["do"]), _shown(error["loc"][-1])
    limits: dict[str, Any] = error.get("ctx", {})
    match kind:
        case "missing":
            return f"{verb} needs {name}."
        case "extra_forbidden":
            return f"{verb} knows no {name}."
        case "string_type":
            return f"The {name} of {verb} must be a text."
        case "bool_type":
            return f"The {name} of {verb} must be true or false."
        case "string_too_long":
            return f"The {name} of {verb} is too long: at most {limits['max_length']} characters."
        case "string_unicode":
            return f"The {name} of {verb} is no valid Unicode text."
        case "string_pattern_mismatch" if name == "text":
            return f"The text of {verb} is empty."
        case "string_pattern_mismatch":
            return f"The {name} of {verb} must be letters, digits and _, no digit first, at most 64."
        case _ if name == "percent":
            return "The percent of volume must be a whole number from 0 to 100."
        case _:
            return f"The {name} of {verb} is not valid."


def _no_such_verb(members: dict[str, Any]) -> str:
    if "do" not in members:
        return f'"do" is missing; it is one of {_VERBS}.'
    return f"There is no verb {_shown(members['do'])}; there are {_VERBS}."


def _shown(value: object) -> str:
    text = plain(str(value))
    return text if len(text) <= _MAX_SHOWN_CHARACTERS else f"{text[:_MAX_SHOWN_CHARACTERS]}…"
