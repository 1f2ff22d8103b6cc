// Input: a JSON list of ELK graphs. Output: the same graphs with coordinates.
import { readFileSync } from "node:fs";
import ELK from "elkjs";

const elk = new ELK();
const graphs = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(await Promise.all(graphs.map((graph) => elk.layout(graph)))));
