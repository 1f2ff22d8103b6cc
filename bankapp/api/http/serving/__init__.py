"""Sockets and connections of the HTTP server."""
