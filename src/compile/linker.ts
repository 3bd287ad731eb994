/** What a linker gets and gives: the way from a rewritten graph to something that runs. */
import type { NdArray } from "../array/ndArray.ts";
import type { FunctionGraph } from "../graph/functionGraph.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import type { Profile } from "./profile.ts";
import type { SharedVariable } from "./shared.ts";

/** One explicit input of the function. */
export interface LinkInput {
  readonly variable: TensorVariable;
  /** How error messages call the argument. */
  readonly label: string;
  readonly strict: boolean;
  readonly allowDowncast: boolean | undefined;
  readonly borrow: boolean;
  readonly mutable: boolean;
  /** May the program read it where it lies in the arena? What an earlier program of the same call has left there stays as it is. */
  readonly isResident?: boolean;
}

export interface LinkRequest {
  readonly name: string;
  /** Its inputs are the explicit ones, then the shared variables; its outputs the results, then the new shared values. */
  readonly graph: FunctionGraph;
  readonly inputs: readonly LinkInput[];
  /** Per result: may it be a window on the function's memory? */
  readonly borrowed: readonly boolean[];
  /** The shared variables that get the graph's last outputs, in order. */
  readonly updates: readonly SharedVariable[];
  /** False leaves every node a loop of its own. */
  readonly fusion: boolean;
  readonly profile: Profile;
}

/** A computation ready to run. */
export interface Linked {
  /**
   * Converts the arguments, computes, applies updates, returns the results. A failed call leaves shared variables as
   * they were.
   */
  call(args: readonly unknown[]): NdArray[];
  /** The printable program. */
  readonly program: { toString(): string };
  /** Gives back storage at once; the function still works and takes new storage when called. */
  free(): void;
}

export interface Linker {
  readonly name: string;
  link(request: LinkRequest): Linked;
}
