"""The OpenAPI document, derived from the URL table; run as a program this prints it."""
