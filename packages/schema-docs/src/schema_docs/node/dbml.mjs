// Input: DBML. Output: as JSON its SQL for PostgreSQL, and the parsed DBML with groups and notes.
import { readFileSync } from "node:fs";
import { Parser, exporter } from "@dbml/core";

const text = readFileSync(0, "utf8");
try {
  const database = new Parser().parse(text, "dbmlv2").export();
  const sql = exporter.export(text, "postgres");
  process.stdout.write(JSON.stringify({ sql, database }));
} catch (error) {
  const found = error.diags?.map(({ message, location }) =>
    `line ${location.start.line}, column ${location.start.column}: ${message}`);
  process.stderr.write(`${found?.join("\n") ?? error}\n`);
  process.exitCode = 1;
}
