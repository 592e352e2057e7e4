"""The appliance as it is installed, under a real systemd."""
