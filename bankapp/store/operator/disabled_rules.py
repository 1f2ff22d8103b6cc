"""Rules of the database that are switched off: rows could then be changed unseen."""

from typing import Any, Final

from psycopg import AsyncConnection

# Foreign keys are triggers too. Such of PostgreSQL's own catalog are in no file of db/queries,
# because the docs of the database describe the bank's own tables.
_DISABLED_TRIGGERS: Final = """
SELECT pg_class.relname, coalesce(pg_constraint.conname, pg_trigger.tgname)
FROM pg_trigger
INNER JOIN pg_class ON pg_class.oid = pg_trigger.tgrelid
LEFT JOIN pg_constraint ON pg_constraint.oid = pg_trigger.tgconstraint
WHERE pg_class.relnamespace = 'public'::regnamespace
    AND pg_trigger.tgenabled NOT IN ('O', 'A')
GROUP BY 1, 2
ORDER BY 1, 2
"""


async def find_disabled_rules(connection: AsyncConnection[Any]) -> list[str]:
    """A sentence about each trigger and foreign key that is not in force."""
    rows = await (await connection.execute(_DISABLED_TRIGGERS)).fetchall()
    return [
        f"table {table}: its rule {rule} is switched off, so rows could be changed unseen"
        for table, rule in rows
    ]
