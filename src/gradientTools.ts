/** `theano.gradient`: all that has to do with gradients. */
export * from "./gradient.ts";
export { numericGrad, verifyGrad, type VerifyGradOptions } from "./verifyGrad.ts";
