"""Events: what happened, and the trail of it."""
