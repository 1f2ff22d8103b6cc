"""Writes the contract with clients: the Python client, OpenAPI, AsyncAPI, GraphQL's schema and the
Protocol Buffers.

A tool of development. It needs ruff and buf, which the bank at run time does not have.
"""
