"""Microphone and loudspeaker: devices, capture and speaker threads, playout."""
