"""Writes the contract with clients from the operations: a Python client and the OpenAPI document.

A tool of development. It needs ruff, which the bank at run time does not have.
"""
