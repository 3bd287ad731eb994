/** `theano.tensor` as users see it: symbolic tensors, and the gradients that Theano has there as well. */
export * from "../tensor/index.ts";
export { considerConstant, grad, hessian, jacobian, Lop, Rop } from "../gradient.ts";
export { numericGrad, verifyGrad } from "../verifyGrad.ts";
