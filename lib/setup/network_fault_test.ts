import assert from "node:assert/strict";
import { type Progress, SILENT } from "../ground/mod.ts";
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

Deno.test("pipFault says which fault of the network keeps pip from its index, and what to set", () => {
  const broken = (reason: string): string[] => [
    `WARNING: Retrying (Retry(total=0)) after connection broken by '${reason}': /simple/torch/`,
    "ERROR: No matching distribution found for torch",
  ];
  const cases = [
    [
      "NewConnectionError('x: [Errno -2] Name or service not known')",
      /^the name of pip's index is/,
    ],
    ["NewConnectionError('x: [Errno 111] Connection refused')", /^pip's index refuses.*PIP_INDEX/],
    ["ProxyError('Cannot connect to proxy.', OSError())", /^the proxy cannot be .* HTTPS_PROXY/],
    ["SSLError(SSLCertVerificationError('CERTIFICATE_VERIFY_FAILED'))", /not trusted.*PIP_CERT/],
  ] as const;
  for (const [reason, expected] of cases) {
    const line = pipFault({ lastLines: broken(reason) }, SILENT);
    assert.match(line, expected);
    assert.match(line, /\(ERROR: No matching distribution found for torch\)$/);
  }
  const secret = ["ERROR: 403 from https://ann:pw@index.example/simple?token=abc"];
  assert.doesNotMatch(pipFault({ lastLines: secret }, SILENT), /pw|abc/);
});

Deno.test("ensureHubModel() says in one line that the hub cannot be reached, and what to set", async () => {
  const root = await Deno.makeTempDir();
  await assert.rejects(
    ensureHubModel({
      id: "owner/name",
      endpoint: "http://ann:secret@127.0.0.1:65001",
      modelsDir: `${root}/models`,
      cacheDir: `${root}/cache`,
      attempts: 1,
      retryDelayMs: 1,
    }, SILENT),
    (error: Error) => {
      assert.equal(error.name, "UsageError");
      assert.match(
        error.message,
        /^Cannot get the model "owner\/name": .*65001 refuses .* HTTPS_PROXY.* HF_ENDPOINT.*"path"/,
      );
      assert.ok(!error.message.includes("\n") && !error.message.includes("secret"));
      return true;
    },
  );
  await Deno.remove(root, { recursive: true });
});
