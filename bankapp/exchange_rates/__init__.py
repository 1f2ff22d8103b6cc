"""Exchange rates of other banks: their formats, and the source that is asked for them."""
