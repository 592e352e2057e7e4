"""What is well with the appliance, what is not, and what to do about it."""
