"""Where Prometheus may ask for the counters: `[metrics]`."""

from ipaddress import ip_address
from typing import Annotated

from pydantic import Field, field_validator

from appliance.settings.section import Allowed, Section, refuse_value


class Metrics(Section):
    """The port of the counters; whoever reaches it reads them."""

    port: Annotated[int, Allowed("0 (off) … 65535, whole")] = Field(default=0, ge=0, le=65_535)
    address: Annotated[
        str, Field(max_length=45), Allowed("an IP address of this machine; 0.0.0.0 for all of them")
    ] = "127.0.0.1"

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        try:
            ip_address(address)
        except ValueError:
            refuse_value("it is no IP address")
        return address
