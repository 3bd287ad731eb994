/** From a mode to its linker. */
import { config } from "../../config/config.ts";
import { DeviceError } from "../../errors.ts";
import { deviceNamed } from "../../runtime/devices.ts";
import { whyNotNative } from "../../runtime/native/device.ts";
import { debugObserver } from "../debugMode.ts";
import type { Linker } from "../linker.ts";
import type { Mode } from "../mode.ts";
import { nanGuard } from "../nanGuardMode.ts";
import { makeProgramLinker } from "./programLinker.ts";
import { makeReferenceLinker } from "./reference.ts";

const reference = makeReferenceLinker();
const wasm = makeProgramLinker("wasm", () => deviceNamed("wasm"));
const c = makeProgramLinker("c", () => deviceNamed("c"));
const tiered = makeProgramLinker("auto", () => deviceNamed("auto"));
/** Why the native target cannot be used; undefined while nobody has asked. */
let why: string | null | undefined;
let isWarned = false;

/** The native target, or WebAssembly: with one warning where the native one was asked for by name. */
function native(isWanted: boolean): Linker {
  if (why === undefined) why = whyNotNative();
  if (why === null) return c;
  if (isWanted && !isWarned) {
    isWarned = true;
    console.warn(`theano: linker "c" is not available, WebAssembly is used: ${why}.`);
  }
  return wasm;
}

export function chooseLinker(mode: Mode): Linker {
  if (mode.guard === "nan") return makeReferenceLinker(nanGuard());
  if (mode.guard === "debug") return makeReferenceLinker(debugObserver());
  switch (mode.linker) {
    case "reference":
      return reference;
    case "auto":
      // Whatever changes with time is against determinism.
      if (config.deterministic) return wasm;
      return config.tiering ? tiered : native(false);
    case "wasm":
      return wasm;
    case "c":
      return native(true);
    default:
      throw new DeviceError(`Linker ${mode.linker} is not there yet; use "wasm" or "reference".`);
  }
}
