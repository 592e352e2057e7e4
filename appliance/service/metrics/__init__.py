"""What the appliance counts, for Prometheus."""
