"""The HTTP door itself."""
