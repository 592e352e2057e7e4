"""The loopback test: the appliance on its own hardware, with a cable from its output to its input."""
