"""Writes the contract with clients: the Python client, OpenAPI, AsyncAPI and Protocol Buffers.

A tool of development. It needs ruff and buf, which the bank at run time does not have.
"""
