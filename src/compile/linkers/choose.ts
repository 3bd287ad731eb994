/** From a mode to its linker. */
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
const wasm = makeProgramLinker("wasm", () => deviceNamed("wasm")!);

const c = makeProgramLinker("c", () => deviceNamed("c")!);
/** Why the native target cannot be used; undefined while nobody has asked. */
let why: string | null | undefined;

/** The native target, or WebAssembly with one warning. */
function native(): Linker {
  if (why === undefined) {
    why = whyNotNative();
    if (why !== null) console.warn(`theano: linker "c" is not available, WebAssembly is used: ${why}.`);
  }
  return why === null ? c : wasm;
}

export function chooseLinker(mode: Mode): Linker {
  if (mode.guard === "nan") return makeReferenceLinker(nanGuard());
  if (mode.guard === "debug") return makeReferenceLinker(debugObserver());
  switch (mode.linker) {
    case "reference":
      return reference;
    case "auto":
    case "wasm":
      return wasm;
    case "c":
      return native();
    default:
      throw new DeviceError(`Linker ${mode.linker} is not there yet; use "wasm" or "reference".`);
  }
}
