/** From a mode to its linker. */
import { DeviceError } from "../../errors.ts";
import { deviceNamed } from "../../runtime/devices.ts";
import { debugObserver } from "../debugMode.ts";
import type { Linker } from "../linker.ts";
import type { Mode } from "../mode.ts";
import { nanGuard } from "../nanGuardMode.ts";
import { makeProgramLinker } from "./programLinker.ts";
import { makeReferenceLinker } from "./reference.ts";

const reference = makeReferenceLinker();
const wasm = makeProgramLinker("wasm", () => deviceNamed("wasm")!);

export function chooseLinker(mode: Mode): Linker {
  if (mode.guard === "nan") return makeReferenceLinker(nanGuard());
  if (mode.guard === "debug") return makeReferenceLinker(debugObserver());
  switch (mode.linker) {
    case "reference":
      return reference;
    case "auto":
    case "wasm":
    case "c":
      return wasm;
    default:
      throw new DeviceError(`Linker ${mode.linker} is not there yet; use "wasm" or "reference".`);
  }
}
