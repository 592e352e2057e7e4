"""OpenAI Realtime in Azure: the same protocol, other addresses, other keys."""
