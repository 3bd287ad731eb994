/** `T.nnet`: activations, softmax and losses. */
export * from "./activation.ts";
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  crossentropyCategorical1hot,
  crossentropySoftmax1hot,
  sigmoidBinaryCrossentropy,
} from "./loss.ts";
export { confusionMatrix, prepend0ToEachRow, prepend1ToEachRow, prependScalarToEachRow } from "./rows.ts";
export {
  logsoftmax,
  softmax,
  softmaxGraph,
  softmaxWithBias,
  LogSoftmax,
  Softmax,
  type SoftmaxOptions,
} from "./softmax.ts";
export * from "./softmaxLoss.ts";
