"""GPT-Live (`/v1/live/sessions`), full duplex and without turns: a pure codec, and the session around it."""
