"""Writes what clients rely on from the operations: the Python client and the OpenAPI document.

A tool of development. It needs ruff, which the bank at run time does not have.
"""
