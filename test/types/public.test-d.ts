/** What the compiler must accept and reject of the public surface; checked by `npm run check`. */
import * as theano from "theano";
import { tensor as T, type NdArray } from "theano";

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
const holds = <X extends true>(): X => true as X;

// Results are typed by dtype.
const f32 = theano.zeros([2], "float32");
holds<Equal<typeof f32, NdArray<"float32">>>();
holds<Equal<(typeof f32)["data"], Float32Array>>();
holds<Equal<NdArray<"int64">["data"], BigInt64Array>>();
holds<Equal<NdArray<"bool">["data"], Uint8Array>>();

// Functions give what was asked for: an array, a list, a record, nothing.
const x = T.fvector("x");
const one = theano.function([x], x)([1]);
holds<Equal<(typeof one)["dtype"], "float32">>();
const list = theano.function([x], [x, T.argmax(x)])([1]);
list.map((r) => r.shape);
const record = theano.function([x], { loss: T.sum(x), x })([1]);
void record.loss.shape;
// @ts-expect-error: no such output
void record.accuracy;
const nothing = theano.function([x], undefined, { onUnusedInput: "ignore" })([1]);
holds<Equal<typeof nothing, undefined>>();

// Mistakes that are caught before anything runs.
// @ts-expect-error: no such dtype
theano.zeros([2], "float33");
// @ts-expect-error: no such mode
theano.function([x], x, { mode: "FASTEST" });
// @ts-expect-error: no such option
theano.function([x], x, { update: [] });
// @ts-expect-error: axis is a number or a list of numbers
T.sum(x, { axis: "0" });
// @ts-expect-error: no such flag value
theano.config.floatX = "float17";
// @ts-expect-error: no such setting for unused inputs
theano.function([x], x, { onUnusedInput: "sometimes" });
// @ts-expect-error: updates are pairs
theano.function([], [], { updates: [theano.shared(1)] });
