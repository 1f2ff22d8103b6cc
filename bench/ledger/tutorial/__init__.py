"""The bank that FastAPI and SQLAlchemy are taught with, on the classic schema, written with care.

It has what such a bank usually has: tokens, validation, row locks in ascending id, one transaction
for a transfer, its entries and both balances. It lacks idempotency keys, sessions that can be
ended, holds, reversals, an audit, and a database that refuses wrong books.
"""
