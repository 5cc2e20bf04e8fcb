import { basename } from "node:path";
import type { Checkpoint } from "../checkpoint/mod.ts";
import { DataType, type ModelBuilder } from "./graph_builder.ts";

/** Names a checkpoint's tensors inside a graph, as external data that stays in place. */
export class WeightReader {
  readonly #model: ModelBuilder;
  readonly #checkpoint: Checkpoint;
  readonly #floats = new Map<string, string>();

  constructor(model: ModelBuilder, checkpoint: Checkpoint) {
    this.#model = model;
    this.#checkpoint = checkpoint;
  }

  /** Whether the checkpoint has the tensor. */
  has(name: string): boolean {
    return this.#checkpoint.tensors.has(name);
  }

  /** The shape of a tensor that the checkpoint is known to have. */
  shape(name: string): readonly number[] {
    return this.#entry(name).shape;
  }

  /** The tensor in its stored type. */
  stored(name: string): string {
    const entry = this.#entry(name);
    return this.#model.weight(name, entry, basename(entry.file));
  }

  /** The tensor as float32; a cast of a constant is folded once, when a session opens. */
  float(name: string): string {
    const stored = this.stored(name);
    if (this.#entry(name).dtype === "F32") return stored;
    const existing = this.#floats.get(name);
    if (existing) return existing;
    const cast = this.#model.main.op("Cast", [stored], {
      attributes: { to: { int: DataType.FLOAT } },
    });
    this.#floats.set(name, cast);
    return cast;
  }

  #entry(name: string): NonNullable<ReturnType<Checkpoint["tensors"]["get"]>> {
    const entry = this.#checkpoint.tensors.get(name);
    if (!entry) throw new RangeError(`Cannot find the tensor "${name}" in the checkpoint`);
    return entry;
  }
}
