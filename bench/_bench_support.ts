import { existsSync } from "node:fs";
import { UsageError } from "../lib/ground/mod.ts";

/** The middle one of some numbers, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Copies the SQLite files of some databases. */
export function copySync(from: string, to: string, dbIds: readonly string[]): void {
  for (const dbId of new Set(dbIds)) {
    Deno.mkdirSync(`${to}/${dbId}`, { recursive: true });
    Deno.copyFileSync(`${from}/${dbId}/${dbId}.sqlite`, `${to}/${dbId}/${dbId}.sqlite`);
    Deno.chmodSync(`${to}/${dbId}/${dbId}.sqlite`, 0o600);
  }
}

/** @throws {UsageError} If there is no such file. */
export function ensureFile(path: string): void {
  if (!existsSync(path)) throw new UsageError(`there is no such file: ${path}`);
}

/** What a program said of its right answers: its line with a count, or the official table's row. */
export function rightCount(output: string): string {
  const lines = output.split("\n");
  const line = lines.find((text) => /^\d+ right of \d+/.test(text)) ??
    lines.find((text) => text.startsWith("execution"));
  return line?.trim().replaceAll(/\s+/g, " ") ?? "no count in its output";
}
