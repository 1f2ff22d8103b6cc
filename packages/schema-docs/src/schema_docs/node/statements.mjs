// A JSON list of SQL texts on standard input; as a list, the statements of each by PostgreSQL's own
// grammar, or its error with the place in the text.
import { readFileSync } from "node:fs";
import { loadModule, parseSync } from "libpg-query";

await loadModule();
const parse = (text) => {
  try {
    return { statements: parseSync(text).stmts ?? [] };
  } catch (error) {
    return { error: error.message, position: error.sqlDetails?.cursorPosition ?? 0 };
  }
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(parse)));
