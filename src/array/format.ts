import type { Strided } from "./layout.ts";

/** Text of an array, as NumPy's `str`. */
export function formatArray(a: Strided): string {
  return `array(${a.dtype}, [${a.shape.join(", ")}])`;
}
