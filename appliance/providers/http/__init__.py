"""HTTP to a provider: where it may go, with deadlines, and what a refusal means."""
