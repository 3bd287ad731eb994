/** `T.nnet`: activations, softmax and losses. */
export * from "./activation.ts";
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  crossentropyCategorical1hot,
  crossentropySoftmax1hot,
  sigmoidBinaryCrossentropy,
} from "./loss.ts";
export { logsoftmax, softmax, LogSoftmax, Softmax, type SoftmaxOptions } from "./softmax.ts";
