/** `T.nlinalg`: linear algebra under the names that NumPy has, in the place where Theano has it. */
export { Det, det, MatrixInverse, matrixInverse } from "./linalg/inverse.ts";
