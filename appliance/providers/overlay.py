"""What the owner adds to a request, laid over what we say ourselves. Pure."""

from collections.abc import Mapping
from typing import Any


def laid_over(ours: Mapping[str, Any], extra: Mapping[str, Any], *, add: bool = True) -> dict[str, Any]:
    """`extra` over `ours`, table by table, with the last word; without `add` only on what `ours` says."""
    whole = dict(ours)
    for key, value in extra.items():
        known = whole.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            whole[key] = laid_over(known, value, add=add)
        elif add or key in whole:
            whole[key] = value
    return whole
