"""Random SQL of many kinds for a fixed schema.

A statement may be refused, or fail when it runs; most do not.
"""

from generator_tests.random_queries.forms import SCHEMA
from generator_tests.random_queries.statements import StatementWriter

__all__ = ["SCHEMA", "StatementWriter"]
