"""What the bank tells of itself while it runs; knows nothing of banking."""
