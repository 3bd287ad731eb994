/** All elementwise functions, by family. */
export * from "./arithmetic.ts";
export * from "./comparison.ts";
export * from "./exponential.ts";
export * from "./rounding.ts";
export * from "./selection.ts";
export * from "./special.ts";
export * from "./trigonometric.ts";
