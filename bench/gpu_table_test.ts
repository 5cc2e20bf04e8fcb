import assert from "node:assert/strict";
import { fastestSets } from "./gpu_rivals.ts";
import { fitText, gpuTable, type RivalResults } from "./gpu_table.ts";

const measured = { prompts: 100, seconds: [5, 4], runs: [] };

function rival(batch_size: number, seconds: number): RivalResults {
  const set = { name: "spider", batch_size, prompts: 100, seconds };
  return { versions: {}, device: "", generate: [set], score: [] };
}

function cellsOf(table: string): string[][] {
  return table.split("\n").slice(2).map((line) =>
    line.split("|").slice(1, -1).map((c) => c.trim())
  );
}

Deno.test("gpuTable() sets our best repetition against both rivals", () => {
  const results = { ours: { spider: measured }, rival: rival(64, 20), vllm: rival(256, 5) };
  const [[, ...cells] = []] = cellsOf(gpuTable(results));
  assert.deepEqual(cells, ["4.00", "25.0", "5.0 (64 at once)", "5.0", "20.0 (256 at once)", "1.3"]);
});

Deno.test("gpuTable() says that rivals ran without the adapter, and leaves out who did not run", () => {
  const results = { ours: { spider_lora: measured, mmlu_150: measured }, rival: rival(64, 20) };
  const [adapted = [], scored = []] = cellsOf(gpuTable(results));
  assert.deepEqual(adapted.slice(3), ["5.0 (64 at once, no LoRA)", "5.0", "-", "-"]);
  assert.deepEqual(scored.slice(3), ["-", "-", "-", "-"]);
});

Deno.test("fastestSets() takes each set where it was fastest and keeps all rates", () => {
  const runs = [rival(256, 5), rival(1024, 4)].map(({ generate }) => generate);
  const [set] = fastestSets(runs);
  assert.equal(set?.batch_size, 1024);
  assert.equal(set?.seconds, 4);
  assert.deepEqual(set?.rates, { 256: 20, 1024: 25 });
});

Deno.test("the recorded page shows the recorded figures", async () => {
  const folder = new URL("../results/bench/", import.meta.url);
  const read = (name: string): Promise<string> => Deno.readTextFile(new URL(name, folder));
  const results = JSON.parse(await read("gpu.json"));
  const page = await read("gpu.md");
  assert.ok(page.includes(gpuTable(results)), "the table");
  assert.ok(page.includes(gpuTable(JSON.parse(await read("gpu_h200.json")))), "that of the H200");
  const { byQuestions, byPrefix } = results.growth;
  const words = page.replaceAll(/\s+/g, " ");
  assert.ok(words.includes(fitText(byQuestions, "question")), fitText(byQuestions, "question"));
  assert.ok(words.includes(fitText(byPrefix, "token")), fitText(byPrefix, "token"));
});
