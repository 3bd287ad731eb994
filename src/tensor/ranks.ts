/** Arithmetic on ranks for the compiler, as tables. Beyond rank 7 nothing is known: `number`. */

/** Ranks of what elementwise functions make of two ranks: the larger. */
export interface Broadcasting {
  0: { 0: 0; 1: 1; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  1: { 0: 1; 1: 1; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  2: { 0: 2; 1: 2; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  3: { 0: 3; 1: 3; 2: 3; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  4: { 0: 4; 1: 4; 2: 4; 3: 4; 4: 4; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  5: { 0: 5; 1: 5; 2: 5; 3: 5; 4: 5; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  6: { 0: 6; 1: 6; 2: 6; 3: 6; 4: 6; 5: 6; 6: 6; 7: 7; [rank: number]: number };
  7: { 0: 7; 1: 7; 2: 7; 3: 7; 4: 7; 5: 7; 6: 7; 7: 7; [rank: number]: number };
  [rank: number]: { [rank: number]: number };
}

/** Ranks of NumPy's `dot`: one axis of each operand goes, where both have one. */
export interface DotRanks {
  0: { 0: 0; 1: 1; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  1: { 0: 1; 1: 0; 2: 1; 3: 2; 4: 3; 5: 4; 6: 5; 7: 6; [rank: number]: number };
  2: { 0: 2; 1: 1; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  3: { 0: 3; 1: 2; 2: 3; 3: 4; 4: 5; 5: 6; 6: 7; 7: number; [rank: number]: number };
  4: { 0: 4; 1: 3; 2: 4; 3: 5; 4: 6; 5: 7; 6: number; 7: number; [rank: number]: number };
  5: { 0: 5; 1: 4; 2: 5; 3: 6; 4: 7; 5: number; 6: number; 7: number; [rank: number]: number };
  6: { 0: 6; 1: 5; 2: 6; 3: 7; 4: number; 5: number; 6: number; 7: number; [rank: number]: number };
  7: { 0: 7; 1: 6; 2: 7; 3: number; 4: number; 5: number; 6: number; 7: number; [rank: number]: number };
  [rank: number]: { [rank: number]: number };
}

/** Ranks of NumPy's `matmul`: stacks of matrices broadcast, scalars are refused. */
export interface MatmulRanks {
  0: { 0: never; 1: never; 2: never; 3: never; 4: never; 5: never; 6: never; 7: never; [rank: number]: number };
  1: { 0: never; 1: 0; 2: 1; 3: 2; 4: 3; 5: 4; 6: 5; 7: 6; [rank: number]: number };
  2: { 0: never; 1: 1; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  3: { 0: never; 1: 2; 2: 3; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  4: { 0: never; 1: 3; 2: 4; 3: 4; 4: 4; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  5: { 0: never; 1: 4; 2: 5; 3: 5; 4: 5; 5: 5; 6: 6; 7: 7; [rank: number]: number };
  6: { 0: never; 1: 5; 2: 6; 3: 6; 4: 6; 5: 6; 6: 6; 7: 7; [rank: number]: number };
  7: { 0: never; 1: 6; 2: 7; 3: 7; 4: 7; 5: 7; 6: 7; 7: 7; [rank: number]: number };
  [rank: number]: { [rank: number]: number };
}

/** One axis less; of a scalar nothing is left. */
export interface Less {
  0: never;
  1: 0;
  2: 1;
  3: 2;
  4: 3;
  5: 4;
  6: 5;
  7: 6;
  [rank: number]: number;
}

export type { OneMore as More } from "../array/create.ts";

/** The axes of a rank, counted from the front or the end. */
export interface AxesOf {
  0: never;
  1: 0 | -1;
  2: 0 | 1 | -1 | -2;
  3: 0 | 1 | 2 | -1 | -2 | -3;
  4: 0 | 1 | 2 | 3 | -1 | -2 | -3 | -4;
  5: 0 | 1 | 2 | 3 | 4 | -1 | -2 | -3 | -4 | -5;
  6: 0 | 1 | 2 | 3 | 4 | 5 | -1 | -2 | -3 | -4 | -5 | -6;
  7: 0 | 1 | 2 | 3 | 4 | 5 | 6 | -1 | -2 | -3 | -4 | -5 | -6 | -7;
  [rank: number]: number;
}

/** One entry per axis. */
export interface Sizes<S> {
  0: readonly [];
  1: readonly [S];
  2: readonly [S, S];
  3: readonly [S, S, S];
  4: readonly [S, S, S, S];
  5: readonly [S, S, S, S, S];
  6: readonly [S, S, S, S, S, S];
  7: readonly [S, S, S, S, S, S, S];
  [rank: number]: readonly S[];
}
