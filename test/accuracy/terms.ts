/**
 * The size that errors of a function are measured against where it has zeros that no formula of the same precision can
 * resolve: its largest term (lgamma, digamma); for the others the value itself.
 */
import { scalarInstructions } from "../../src/ir/scalarInstructions.ts";

const reference = (name: "lgamma" | "digamma"): ((x: number) => number) =>
  scalarInstructions[name].reference as never as (x: number) => number;
const [lgamma, digamma] = [reference("lgamma"), reference("digamma")];

/** lgamma x = lgamma(2 + d) +- log of a product of arguments; by reflection log(pi / |x sin(pi x)|) - lgamma(-x). */
function lgammaTerm(x: number): number {
  if (x > 5.5 || x === 0) return 0;
  if (x >= -0.5) {
    const d = x - Math.round(x);
    return Math.max(Math.abs(lgamma(2 + d)), Math.abs(lgamma(x) - lgamma(2 + d)));
  }
  return Math.max(Math.abs(lgamma(-x)), Math.abs(lgamma(x) + lgamma(-x)));
}

/** digamma x = digamma(2 + d) +- a sum of reciprocals; by reflection digamma(1 - x) - pi cot(pi x). */
function digammaTerm(x: number): number {
  if (x > 5.25 || x === 0) return 0;
  if (x < -0.5) return Math.max(Math.abs(digamma(1 - x)), Math.abs(digamma(x) - digamma(1 - x)));
  const base = digamma(2 + x - Math.floor(x + 0.7));
  return Math.max(Math.abs(base), Math.abs(digamma(x) - base));
}

/** The largest term at an argument, or zero where the value itself is the measure. */
export function largestTerm(name: string, x: number): number {
  if (name === "lgamma") return lgammaTerm(x);
  return name === "digamma" ? digammaTerm(x) : 0;
}
