/** The one list of devices. Each is made when first asked for. */
import type { ProgramDevice } from "./device.ts";
import { NativeDevice } from "./native/device.ts";
import { WasmDevice } from "./wasm/device.ts";

const made = new Map<string, ProgramDevice>();

const MAKERS: Readonly<Record<string, () => ProgramDevice>> = {
  wasm: () => new WasmDevice(),
  // One arena for both, so that a function can change from one to the other without a copy.
  c: () => new NativeDevice(deviceNamed("wasm")!.arena),
};

/** The device of a name, or null where there is none. */
export function deviceNamed(name: string): ProgramDevice | null {
  const known = made.get(name);
  if (known !== undefined) return known;
  const make = MAKERS[name];
  if (make === undefined) return null;
  const device = make();
  made.set(name, device);
  return device;
}
