"""Writes the Protocol Buffers of the gRPC door from the operations and their models."""
