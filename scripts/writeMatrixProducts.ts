/**
 * Writes src/codegen/wasm/gemm/modules.ts: the modules of matrix products as the emitter makes them, so that a process that needs one does not
 * emit it again. A test compares them with what the emitter makes.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gemmModule } from "../src/codegen/wasm/gemm/gemm.ts";

const lines = (["f32", "f64"] as const).flatMap((type) =>
  [false, true].map((fma) => {
    const text = Buffer.from(gemmModule(type, fma)).toString("base64");
    return `  gemm_${type}${fma ? "_fma" : ""}:\n    "${text}",`;
  }),
);
const file = fileURLToPath(new URL("../src/codegen/wasm/gemm/modules.ts", import.meta.url));
writeFileSync(
  file,
  `/** Written by scripts/writeMatrixProducts.ts: modules with one matrix product each, in base64. */
export const gemmModules: Readonly<Record<string, string>> = {
${lines.join("\n")}
};
`,
);
