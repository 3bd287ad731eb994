/** `theano.tensor` as users see it: symbolic tensors, and the gradients that Theano has there as well. */
export * from "../tensor/index.ts";
// oxlint-disable-next-line import/no-default-export -- Theano's `T.default`; an ES module has it by this name only
export { setdefault as default } from "../tensor/theanoNames.ts";
export { considerConstant, grad, hessian, jacobian, Lop, Rop } from "../gradient.ts";
export { numericGrad, verifyGrad } from "../verifyGrad.ts";
