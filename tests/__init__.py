"""The portal's tests: one folder a room, and `house` for the whole."""
