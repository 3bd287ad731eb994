/** What each process of the cache test does. */
import * as theano from "../../src/index.ts";
import { tensor as T } from "../../src/index.ts";

const x = T.dvector("x");
const f = theano.function([x], x.mul(3).sub(1), { mode: new theano.Mode({ linker: "c" }), name: "worker" });
console.log(String(f([1, 2, 3])));
