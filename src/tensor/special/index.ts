/** Special functions that are made of others, or computed by loops. */
export { iv, jv } from "./besselOrders.ts";
export * from "./compositions.ts";
export { gcd, lcm } from "./divisors.ts";
export { ElementLoop, type LoopSpec } from "./elementLoop.ts";
export { beta, betainc, betaincinv, betaln } from "./incompleteBeta.ts";
export { chi2sf, gammainc, gammaincc, gammal, gammau } from "./incompleteGamma.ts";
export { owensT } from "./owensT.ts";
export { polygamma, zeta } from "./zeta.ts";
