import assert from "node:assert/strict";
import { type Progress, SILENT } from "../runs/progress.ts";
import { pipFault } from "./_network_fault.ts";
import { ensureHubModel } from "./hub_model.ts";

function listener(): { readonly progress: Progress; readonly notes: string[] } {
  const notes: string[] = [];
  return { notes, progress: { ...SILENT, note: (text: string) => void notes.push(text) } };
}

Deno.test("pipFault picks pip's last line of error, not its advice, and says what can be set", () => {
  const { progress, notes } = listener();
  const lastLines = [
    "ERROR: Could not find a version that satisfies the requirement torch",
    "ERROR: No matching distribution found for torch",
    "[notice] A new release of pip is available",
  ];
  assert.equal(pipFault({ lastLines }, progress), lastLines[1]);
  assert.match(notes.join(), /set HTTPS_PROXY, or PIP_INDEX_URL/);
});

Deno.test("pipFault takes the last line where none is an error's, and bears silence", () => {
  assert.equal(pipFault({ lastLines: ["one", "two"] }, SILENT), "two");
  assert.equal(pipFault({ lastLines: [] }, SILENT), "it said nothing");
});

Deno.test("ensureHubModel() says in one line that the hub cannot be reached, and what to set", async () => {
  const root = await Deno.makeTempDir();
  await assert.rejects(
    ensureHubModel({
      id: "owner/name",
      endpoint: "http://127.0.0.1:9",
      modelsDir: `${root}/models`,
      cacheDir: `${root}/cache`,
      attempts: 1,
      retryDelayMs: 1,
    }, SILENT),
    (error: Error) => {
      assert.equal(error.name, "UsageError");
      assert.match(
        error.message,
        /^Cannot get the model "owner\/name": .*HTTPS_PROXY and HF_ENDPOINT/,
      );
      assert.ok(!error.message.includes("\n"));
      return true;
    },
  );
  await Deno.remove(root, { recursive: true });
});
