"""A month in the life of a small bank, to have something to look at."""
