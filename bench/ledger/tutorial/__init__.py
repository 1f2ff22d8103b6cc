"""A typical tutorial's bank with FastAPI and SQLAlchemy, on the classic schema, written with care.

It has the usual features: tokens, validation, row locks in ascending id, one transaction for a
transfer, its entries and both balances. It lacks idempotency keys, sessions that can be ended,
holds, reversals, an audit trail, and a database that refuses wrong books.
"""
