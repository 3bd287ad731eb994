/**
 * Processes that are looked after without an event loop: a training loop may never return to it, so that no message of a child's end would
 * arrive. The system's own calls start the process and ask whether it is over.
 */
import type { Koffi } from "./koffi.ts";

/** A started process. */
export interface Child {
  /** The exit status, -1 for a signal; null while it runs. */
  poll(): number | null;
}

interface System {
  spawn(pid: number[], file: string, actions: Uint8Array, attributes: null, argv: unknown, env: unknown): number;
  initActions(actions: Uint8Array): number;
  addOpen(actions: Uint8Array, handle: number, path: string, flags: number, mode: number): number;
  destroyActions(actions: Uint8Array): number;
  wait(pid: number, status: number[], options: number): number;
}

const systems = new WeakMap<Koffi, System>();

function systemOf(koffi: Koffi): System {
  let system = systems.get(koffi);
  if (system === undefined) {
    const library = koffi.load(null);
    system = {
      spawn: library.func("posix_spawnp", "int", [
        "_Out_ int *",
        "str",
        "void *",
        "void *",
        "str *",
        "str *",
      ]) as System["spawn"],
      initActions: library.func("posix_spawn_file_actions_init", "int", ["void *"]) as System["initActions"],
      addOpen: library.func("posix_spawn_file_actions_addopen", "int", [
        "void *",
        "int",
        "str",
        "int",
        "int",
      ]) as System["addOpen"],
      destroyActions: library.func("posix_spawn_file_actions_destroy", "int", ["void *"]) as System["destroyActions"],
      wait: library.func("waitpid", "int", ["int", "_Out_ int *", "int"]) as System["wait"],
    };
    systems.set(koffi, system);
  }
  return system;
}

/** Larger than the object of any system. */
const ACTIONS_BYTES = 512;
const WITHOUT_WAITING = 1;

/** Starts `command`, found on the path, with its errors going to the file `log`. Throws where the system has no such calls (Windows). */
export function startProcess(koffi: Koffi, command: string, args: readonly string[], log: string): Child {
  const system = systemOf(koffi);
  const actions = new Uint8Array(ACTIONS_BYTES);
  system.initActions(actions);
  // Write, create, truncate: Linux, then the others.
  const flags = process.platform === "linux" ? 0o1101 : 0x601;
  system.addOpen(actions, 1, log, flags, 0o600);
  system.addOpen(actions, 2, log, flags | (process.platform === "linux" ? 0o2000 : 0x8), 0o600);
  const pid = [0];
  const env = Object.entries(process.env).map(([name, value]) => `${name}=${value ?? ""}`);
  const code = system.spawn(pid, command, actions, null, [command, ...args, null], [...env, null]);
  system.destroyActions(actions);
  if (code !== 0) throw new Error(`${command} could not be started (error ${code})`);
  let ended: number | null = null;
  return {
    poll(): number | null {
      if (ended !== null) return ended;
      const status = [0];
      const answer = system.wait(pid[0]!, status, WITHOUT_WAITING);
      if (answer === 0) return null;
      // Who else has waited for it leaves no status: the output tells.
      if (answer < 0) return (ended = 0);
      const raw = status[0]!;
      return (ended = (raw & 0x7f) === 0 ? (raw >> 8) & 0xff : -1);
    },
  };
}
