"""Writes the contract with clients: the Python client, and the OpenAPI and AsyncAPI documents.

A tool of development. It needs ruff, which the bank at run time does not have.
"""
