/** `T.slinalg`: linear algebra under the names that SciPy has, in the place where Theano has it. */
export { Solve, solve } from "./linalg/solve.ts";
