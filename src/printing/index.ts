/** Text forms of graphs and compiled functions. */
export { debugprint, type DebugprintOptions } from "./debugprint.ts";
export { dot } from "./dot.ts";
export { pp } from "./pp.ts";
export type { HasGraph, Printable, PrintableGraph } from "./printable.ts";
