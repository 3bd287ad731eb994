/** The one list of devices. Each is made when first asked for. */
import type { ProgramDevice } from "./device.ts";
import { NativeDevice, whyNotNative } from "./native/device.ts";
import { adviseHugePages } from "./native/hugePages.ts";
import { TieredDevice } from "./tiered.ts";
import { WasmDevice } from "./wasm/device.ts";

/** Devices by name. */
interface Devices {
  readonly wasm: WasmDevice;
  readonly c: NativeDevice;
  readonly auto: ProgramDevice;
}

const made: { -readonly [K in keyof Devices]?: Devices[K] } = {};

const MAKERS: { readonly [K in keyof Devices]: () => Devices[K] } = {
  wasm: () => new WasmDevice({ whenLarge: adviseHugePages }),
  // One arena for all, so that a function can change from one to the other without a copy.
  c: () => new NativeDevice(deviceNamed("wasm").arena),
  auto: () => new TieredDevice(deviceNamed("wasm"), () => (whyNotNative() === null ? deviceNamed("c") : null)),
};

export function deviceNamed<K extends keyof Devices>(name: K): Devices[K] {
  let device = made[name];
  if (device === undefined) made[name] = device = MAKERS[name]();
  return device as Devices[K];
}
