import type { ChildEnd } from "./child_program.ts";

/** What a process was doing when its batch ended early. */
export type Phase = "start" | "open" | "statement";

/** Why a batch ended before its last request was answered, or that it was answered whole. */
export type BatchEnd =
  | { readonly kind: "answered" }
  | { readonly kind: "refused"; readonly message: string; readonly passing: boolean }
  | { readonly kind: "timeout"; readonly phase: Phase }
  | { readonly kind: "died"; readonly phase: Phase; readonly end: ChildEnd };
