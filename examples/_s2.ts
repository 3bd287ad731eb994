import * as theano from "theano";
import { tensor as T } from "theano";
const A = T.dvector("A"), k = T.iscalar("k");
const [powers] = theano.scan({ fn: (p, a) => p.mul(a), outputsInfo: T.onesLike(A), nonSequences: A, nSteps: k });
const f = theano.function([A, k], [theano.grad(powers.at(-1).sum(), A)]);
console.log(f([1, 2, 3], 3).map(String));
console.log(theano.debugprint(f));
console.log(String(f.program));
