/**
 * Sums an ONNX Runtime profile by operator: `deno run -A bench/profile_summary.ts FILE...`.
 * The times are kernel times only if CUDA_LAUNCH_BLOCKING=1 was set.
 */

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

for (const file of Deno.args) {
  const events: ProfileEvent[] = JSON.parse(await Deno.readTextFile(file));
  const sums = new Map<string, { count: number; ms: number }>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== "Node" || !name.endsWith("_kernel_time")) continue;
    const key = `${args?.op_name} ${(args?.provider ?? "").replace("ExecutionProvider", "")}`;
    const sum = sums.get(key) ?? { count: 0, ms: 0 };
    sum.count++;
    sum.ms += dur / 1e3;
    sums.set(key, sum);
  }
  const rows = [...sums].sort(([, x], [, y]) => y.ms - x.ms);
  for (const [key, { count, ms }] of rows) {
    // deno-lint-ignore no-console
    console.log(`${ms.toFixed(1).padStart(10)} ms ${String(count).padStart(8)}  ${key}`);
  }
}
