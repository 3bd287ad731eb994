/** `T.opt`: assertions, in the place where Theano has them. */
export { Assert, assertOp } from "./assert.ts";
