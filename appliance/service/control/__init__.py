"""The local control socket: what a person or a program on this machine may ask of the appliance."""
