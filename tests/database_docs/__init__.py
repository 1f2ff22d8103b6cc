"""Tests of the database docs of the bank: the content of gen/docs, and its look in a browser."""
