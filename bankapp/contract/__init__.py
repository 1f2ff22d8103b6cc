"""Writes the contract with clients: the Python client, the OpenAPI and AsyncAPI documents, and the
GraphQL schema.

A tool of development. It needs ruff, which the bank at run time does not have.
"""
