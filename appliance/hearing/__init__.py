"""From samples to "a person started or stopped talking"."""
