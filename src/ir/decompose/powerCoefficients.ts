/**
 * Minimax coefficients, lowest power first, every one exact in its type. Written by
 * test/accuracy/fit/fits.py; `error` is the largest weighted error of the rounded polynomial.
 */

/** P(z) with atanh s = s (1 + z/3 + z^2 P(z)), z = s^2; on [0.0, 0.02948], error 7.73e-23. */
export const LOG_LONG_F64: readonly number[] = [
  0.1999999999999999, 0.1428571428572194, 0.11111111108887056, 0.09090909423222007, 0.0769227911714848,
  0.06668136387230492, 0.05837799881528213, 0.059916742168382234,
];

/** (2^r - 1) / r, error relative to 2^r, for float32 results; on [-0.501, 0.501], error 8.28e-13. */
export const EXP2_DOUBLE_F32: readonly number[] = [
  0.6931471805480326, 0.24022650698144243, 0.05550410936065428, 0.009618128610580642, 0.0013333454056762594,
  0.00015403827624646828, 1.5309376273247832e-5, 1.3178816189130803e-6,
];
