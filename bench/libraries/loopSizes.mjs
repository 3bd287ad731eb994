/** Sizes of the loops; the same as in loopsPython.py. */
export const STEPS = 100;
export const HIDDEN = 256;
export const SCALAR_STEPS = 1_000_000;

/** One number of a loss and its gradients, all of which count: gradients of means are small. */
export const lossOf = (loss, probes) => loss + 100 * probes.reduce((sum, p) => sum + p, 0);
