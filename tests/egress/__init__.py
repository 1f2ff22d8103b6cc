"""Tests of the egress."""
