// A JSON list of CREATE FUNCTION statements on standard input; as a list, PostgreSQL's parse of each
// PL/pgSQL body, or null where the parser refuses it.
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
