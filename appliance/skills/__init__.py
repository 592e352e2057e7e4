"""What the model may call: clock, timers, volume, and the tools of MCP servers."""
