"""The HTTP door; the only place besides the composition root that knows aiohttp."""
