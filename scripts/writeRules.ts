/** Writes docs/rules.md, docs/following-an-expression.md and test/rewrites/graphs.txt: `npm run rules`. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expressionPage } from "./expressionPage.ts";
import { ruleGraphs, ruleTable } from "./ruleTable.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
writeFileSync(`${root}/docs/rules.md`, ruleTable());
writeFileSync(`${root}/test/rewrites/graphs.txt`, ruleGraphs());
writeFileSync(`${root}/docs/following-an-expression.md`, expressionPage());
