/** All elementwise functions, by family. */
export * from "./arithmetic.ts";
export * from "./comparison.ts";
export * from "./exponential.ts";
export * from "./rounding.ts";
export * from "./selection.ts";
export * from "./signs.ts";
export * from "./special.ts";
export * from "./special/bessel.ts";
export * from "./special/errorFunctions.ts";
export * from "./special/gamma.ts";
export * from "./trigonometric.ts";
