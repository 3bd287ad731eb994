/** What the engine offers beyond what every supported one has. */
import { ModuleBuilder } from "../../codegen/wasm/moduleBuilder.ts";

let relaxedSimd: boolean | null = null;

/** Whether there is multiply-add without rounding in between. */
export function hasRelaxedSimd(): boolean {
  if (relaxedSimd === null) {
    const module = new ModuleBuilder();
    const f = module.function("probe", ["v128", "v128", "v128"], ["v128"]);
    f.op("f32x4.relaxed_madd", f.param(0), f.param(1), f.param(2));
    relaxedSimd = WebAssembly.validate(module.bytes());
  }
  return relaxedSimd;
}
