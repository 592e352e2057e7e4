"""What outlives a conversation, a restart and a power cut."""
