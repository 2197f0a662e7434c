"""The portal as its users meet it, in Chromium, with the demo ecosystem."""
