"""The doors of the bank, side by side."""
