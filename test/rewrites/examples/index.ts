/** Every table of rules with its examples. */
import { cleanupRules } from "../../../src/scan/rewriting/cleanup.ts";
import { branchRules, ifElseRules, lazyRules } from "../../../src/scan/rewriting/ifElse.ts";
import { mergeRules } from "../../../src/scan/rewriting/merge.ts";
import { pushDotRules } from "../../../src/scan/rewriting/pushDots.ts";
import { pushOutRules } from "../../../src/scan/rewriting/pushOut.ts";
import { canonicalizeRules, signRules } from "../../../src/tensor/rewriting/canonicalize.ts";
import { advancedIndexingRules } from "../../../src/tensor/rewriting/advancedIndexing.ts";
import { assertionRules } from "../../../src/tensor/rewriting/assertions.ts";
import { blasRules, dotRules } from "../../../src/tensor/rewriting/blas.ts";
import { castRules } from "../../../src/tensor/rewriting/casts.ts";
import { chainRules, normalFormRules, uncanonicalizeRules } from "../../../src/tensor/rewriting/chains.ts";
import { factoringRules, likeTermRules, powerRules } from "../../../src/tensor/rewriting/collecting.ts";
import { foldingRules } from "../../../src/tensor/rewriting/constantFolding.ts";
import { exponentialProductRules, exponentialRules, ratioRules } from "../../../src/tensor/rewriting/exponentials.ts";
import { incSubtensorRules, maskRules, sparseUpdateRules } from "../../../src/tensor/rewriting/incSubtensor.ts";
import { layoutRules } from "../../../src/tensor/rewriting/layouts.ts";
import { linalgRules } from "../../../src/tensor/rewriting/linalg.ts";
import { choiceRules, logicRules, optionalRules } from "../../../src/tensor/rewriting/logic.ts";
import { magnitudeRules } from "../../../src/tensor/rewriting/magnitudes.ts";
import { diagonalRules, productRules } from "../../../src/tensor/rewriting/products.ts";
import { monotoneRules, reductionLayoutRules } from "../../../src/tensor/rewriting/reductionLaws.ts";
import { factorRules, reductionRules } from "../../../src/tensor/rewriting/reductions.ts";
import { shapeRules } from "../../../src/tensor/rewriting/shape.ts";
import { crossentropyRules, expandRules, softmaxRules } from "../../../src/tensor/rewriting/softmax.ts";
import { logSumRules, softmaxFormRules } from "../../../src/tensor/rewriting/softmaxForms.ts";
import { specializeRules } from "../../../src/tensor/rewriting/specialize.ts";
import { stabilizeRules } from "../../../src/tensor/rewriting/stabilize.ts";
import { subtensorRules } from "../../../src/tensor/rewriting/subtensor.ts";
import { tailRules } from "../../../src/tensor/rewriting/tails.ts";
import { sparseSumRules, writeRules } from "../../../src/tensor/rewriting/writes.ts";
import type { Rule } from "../../../src/graph/rewriting/rule.ts";
import type { Examples } from "../example.ts";
import { advancedIndexingExamples } from "./advancedIndexing.ts";
import { assertionExamples } from "./assertions.ts";
import { blasExamples } from "./blas.ts";
import { canonicalizeExamples } from "./canonicalize.ts";
import { chainsExamples } from "./chains.ts";
import { collectingExamples } from "./collecting.ts";
import { exponentialExamples } from "./exponentials.ts";
import { layoutExamples } from "./layouts.ts";
import { linalgExamples } from "./linalg.ts";
import { logicExamples } from "./logic.ts";
import { loopExamples } from "./loops.ts";
import { magnitudeExamples } from "./magnitudes.ts";
import { productExamples } from "./products.ts";
import { reductionLawExamples } from "./reductionLaws.ts";
import { reductionsExamples } from "./reductions.ts";
import { shapeExamples } from "./shape.ts";
import { softmaxExamples } from "./softmax.ts";
import { softmaxFormExamples } from "./softmaxForms.ts";
import { specializeExamples } from "./specialize.ts";
import { stabilizeExamples } from "./stabilize.ts";
import { incSubtensorExamples, maskExamples, subtensorExamples } from "./subtensor.ts";
import { tailExamples } from "./tails.ts";
import { writeExamples } from "./writes.ts";

export interface Table {
  readonly name: string;
  /** What its rules are for. */
  readonly purpose: string;
  readonly rules: readonly Rule[];
  readonly examples: Examples;
}

const table = (name: string, purpose: string, rules: readonly Rule[], examples: Examples): Table => ({
  name,
  purpose,
  rules,
  examples,
});

const own = (rules: readonly Rule[], ...others: (readonly Rule[])[]): Rule[] =>
  rules.filter((r) => !others.some((list) => list.includes(r)));

export const TABLES: readonly Table[] = [
  table("folding", "What depends on constants alone is computed once.", foldingRules, specializeExamples),
  table("shapes", "Sizes without values; views that do nothing.", shapeRules, shapeExamples),
  table("assertions", "Conditions that are proved, or tested once.", assertionRules, assertionExamples),
  table(
    "layouts",
    "Joins, splits, repetitions and selections that others undo or that come too late.",
    layoutRules,
    layoutExamples,
  ),
  table(
    "chains",
    "Sums and products with one constant and without what cancels.",
    [...chainRules, ...normalFormRules, ...uncanonicalizeRules],
    chainsExamples,
  ),
  table(
    "collecting",
    "Like terms, powers of one base, common factors.",
    [...likeTermRules, ...powerRules, ...factoringRules],
    collectingExamples,
  ),
  table(
    "identities",
    "Elementwise functions that undo or repeat each other.",
    own(canonicalizeRules, chainRules, castRules),
    canonicalizeExamples,
  ),
  table("casts", "Conversions that change nothing.", castRules, canonicalizeExamples),
  table(
    "logic",
    "Comparisons, booleans, choices and integers.",
    [...logicRules, ...choiceRules, ...optionalRules],
    logicExamples,
  ),
  table("magnitudes", "Signs, squares, roots, the larger and the smaller of two.", magnitudeRules, magnitudeExamples),
  table(
    "stable forms",
    "Right where the form that was written overflows, cancels or is 0/0.",
    own(stabilizeRules, signRules),
    stabilizeExamples,
  ),
  table("tails", "Differences of nearly equal numbers, and what underflows.", tailRules, tailExamples),
  table(
    "exponentials",
    "Exponentials and logarithms of each other, of powers and products.",
    [...exponentialRules, ...ratioRules, ...exponentialProductRules],
    exponentialExamples,
  ),
  table(
    "softmax",
    "Softmax, its logarithm, cross-entropy and the gradient of it.",
    [...softmaxRules, ...crossentropyRules, ...expandRules],
    softmaxExamples,
  ),
  table(
    "softmax forms",
    "Softmax as it is written by hand.",
    [...softmaxFormRules, ...logSumRules],
    softmaxFormExamples,
  ),
  table(
    "reductions",
    "Fewer axes, fewer elements, factors taken out.",
    [...reductionRules, ...factorRules],
    reductionsExamples,
  ),
  table(
    "reduction laws",
    "Reductions of what was joined, permuted, scaled or put through an increasing function.",
    [...reductionLayoutRules, ...monotoneRules],
    reductionLawExamples,
  ),
  table("indexing", "Selections of selections, and before what is computed.", subtensorRules, subtensorExamples),
  table("lists of indices", "Lists of indices that are slices.", advancedIndexingRules, advancedIndexingExamples),
  table(
    "stores",
    "Stores and increments that do nothing, are read again, or become sparse updates.",
    [...incSubtensorRules, ...sparseUpdateRules],
    incSubtensorExamples,
  ),
  table("masks", "What a mask selects, without positions.", maskRules, maskExamples),
  table(
    "stores in a row",
    "Stores to one part, reads of another, and sums of stores.",
    [...writeRules, ...sparseSumRules],
    writeExamples,
  ),
  table(
    "products",
    "Cheaper products of matrices, and parts of them without the whole.",
    [...productRules, ...diagonalRules],
    productExamples,
  ),
  table(
    "linear algebra",
    "Systems that are solved without an inverse; inverses and determinants that are known.",
    linalgRules,
    linalgExamples,
  ),
  table("blas", "Products with what is added to them in one call.", [...dotRules, ...blasRules], blasExamples),
  table("special forms", "Cheaper forms of single operations.", specializeRules, specializeExamples),
  table(
    "loops",
    "Loops that do less in each step, and choices of which one side is computed.",
    [...cleanupRules, ...mergeRules, ...pushOutRules, ...pushDotRules, ...ifElseRules, ...branchRules, ...lazyRules],
    loopExamples,
  ),
];
