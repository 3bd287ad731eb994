/** NanGuardMode: every value of the computation is searched for NaN, infinities and huge numbers. */
import { readNumber } from "../array/element.ts";
import { offsetsOf } from "../array/layout.ts";
import type { NdArray } from "../array/ndArray.ts";
import { config } from "../config/config.ts";
import { isContinuous } from "../dtype.ts";
import { NanGuardError } from "../errors.ts";
import type { Apply } from "../graph/apply.ts";
import type { NodeObserver } from "./linkers/reference.ts";

const BIG = 1e10;

interface Wanted {
  readonly nan: boolean;
  readonly inf: boolean;
  readonly big: boolean;
}

function findBad(value: NdArray, wanted: Wanted): string | null {
  if (!isContinuous(value.dtype)) return null;
  const offsets = offsetsOf(value);
  for (let i = 0; i < offsets.length; i++) {
    const x = readNumber(value, offsets[i]!);
    if (x !== x) {
      if (wanted.nan) return "NaN detected";
    } else if (x === Infinity || x === -Infinity) {
      if (wanted.inf) return "Inf detected";
    } else if (wanted.big && Math.abs(x) > BIG) return "Big value detected";
  }
  return null;
}

/** Follows the flags `NanGuardMode.*` of the configuration at the time of compilation. */
export function nanGuard(): NodeObserver {
  const wanted = {
    nan: config["NanGuardMode.nanIsError"],
    inf: config["NanGuardMode.infIsError"],
    big: config["NanGuardMode.bigIsError"],
  };
  const report = (message: string, node: Apply | null): void => {
    if (config["NanGuardMode.action"] === "warn") {
      console.warn(message);
      return;
    }
    throw new NanGuardError(message, { op: node?.op.name, createdAt: node?.createdAt[0] });
  };
  return {
    inputs(variables, values) {
      for (const [i, value] of values.entries()) {
        const bad = findBad(value, wanted);
        if (bad === null) continue;
        report(`${bad}\nNanGuardMode found an error in an input of the graph: ${variables[i]!.toString()}`, null);
      }
    },
    after(node, _inputs, outputs) {
      for (const value of outputs) {
        const bad = findBad(value, wanted);
        if (bad === null) continue;
        report(
          `${bad}\nNanGuardMode found an error in the output of a node in this variable:\n${node.toString()}`,
          node,
        );
      }
    },
  };
}
