"""The room that knows all others and wires them."""
