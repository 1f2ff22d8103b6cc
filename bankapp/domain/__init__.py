"""The words of the business; imports nothing of ours."""
