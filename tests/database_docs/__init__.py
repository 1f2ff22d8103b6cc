"""Tests of the database docs of the bank: what gen/docs holds, and how a browser shows it."""
