import { expect, it } from "vitest";
import { gemmModule } from "../../src/codegen/wasm/gemm/gemm.ts";
import { gemmModules } from "../../src/codegen/wasm/gemm/modules.ts";

it("the stored modules of matrix products are what the emitter makes (else run scripts/writeMatrixProducts.ts)", () => {
  for (const type of ["f32", "f64"] as const) {
    for (const fma of [false, true]) {
      const stored = gemmModules[`gemm_${type}${fma ? "_fma" : ""}`]!;
      expect(stored === Buffer.from(gemmModule(type, fma)).toString("base64")).toBe(true);
    }
  }
});
