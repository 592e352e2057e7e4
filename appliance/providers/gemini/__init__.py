"""Gemini Live (BidiGenerateContent): a pure codec for its wire protocol, and the session that carries it."""
