// Input: a JSON list of CREATE FUNCTION statements. Output: the list of their PL/pgSQL bodies as parsed
// by PostgreSQL's grammar; null for a body that it refuses.
import { readFileSync } from "node:fs";
import { loadModule, parsePlPgSQLSync } from "libpg-query";

await loadModule();
const parse = (definition) => {
  try {
    return parsePlPgSQLSync(definition).plpgsql_funcs[0].PLpgSQL_function;
  } catch {
    return null;
  }
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(parse)));
