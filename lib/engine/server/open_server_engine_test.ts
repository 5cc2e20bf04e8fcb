import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { BYTE_TOKENIZER, MODEL } from "../testing/fake_server.ts";
import { MODEL_OPTIONS, rejectsToOpen, withEngine } from "../testing/server_engine.ts";
import { openServerEngine } from "./server_engine.ts";

Deno.test("openServerEngine() refuses scores that are normalised over the allowed tokens only", () =>
  rejectsToOpen(
    { logprobsMode: "processed_logprobs", ignores: ["logprob_token_ids"] },
    /Cannot score choices .* --logprobs-mode raw_logprobs/,
  ));

Deno.test("openServerEngine() refuses logits in place of log-probabilities", () =>
  rejectsToOpen({ logprobsMode: "raw_logits" }, /no log-probabilities .* --logprobs-mode/));

Deno.test("openServerEngine() tells what a server is", () =>
  withEngine({}, (engine, { url }) =>
    assert.deepEqual(engine.facts, {
      name: MODEL,
      names: [MODEL],
      maxModelLen: 512,
      version: "0.0.0-fake",
      url: url.replace(/\/v1$/, ""),
      scoring: "logprob_token_ids",
    })));

Deno.test("openServerEngine() finds the model by its name, its folder, or the name in the config", async () => {
  const folder = { id: "base", root: "/srv/models/fake-model-1a2b3c4/", parent: null };
  await withEngine({ models: [folder] }, (engine) => assert.equal(engine.facts.name, "base"));
  const alias = { id: "alias", root: "/srv/other", parent: null };
  await withEngine(
    { models: [alias] },
    (engine) => assert.equal(engine.facts.name, "alias"),
    { servedModel: "alias" },
  );
  await rejectsToOpen(
    { models: [alias] },
    /it serves "alias", the study wants "test\/fake-model".* engine\.servedModel/,
  );
  await rejectsToOpen({}, /the study wants "alias"/, { servedModel: "alias" });
  await rejectsToOpen({ models: [{ id: MODEL, parent: "base" }] }, /it serves no model/);
});

Deno.test("openServerEngine() refuses a server with another tokenizer", () =>
  rejectsToOpen(
    { encode: (text) => BYTE_TOKENIZER.encode(text.replaceAll("    ", "\t")) },
    /its tokenizer is not the study's: .* the first difference at position 54/,
  ));

Deno.test("openServerEngine() refuses a server that changes token ids on their way", () =>
  rejectsToOpen({
    alter: ({ choices: [choice] }, { prompt }) => ({
      choices: [{
        ...choice,
        ...(Array.isArray(prompt) ? { prompt_token_ids: [1, ...prompt] } : {}),
      }],
    }),
  }, /another prompt, of \d+ token ids .* must take token ids as they are/));

Deno.test("openServerEngine() refuses a server that does not return token ids", () =>
  rejectsToOpen({ ignores: ["return_token_ids"] }, /has no token ids .* return_token_ids/));

Deno.test("openServerEngine() says in one line that nothing answers, or no completions server", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const url = `http://127.0.0.1:${port}`;
  await assert.rejects(openServerEngine({ ...MODEL_OPTIONS, url }), (error: Error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /Cannot reach the server .* is it running/);
    return true;
  });
  await rejectsToOpen({ misbehave: () => new Response("<html>") }, /is this a completions server/);
  await rejectsToOpen({
    misbehave: ({ path }) => path === "/v1/models" ? Response.json({ data: [{}] }) : undefined,
  }, /lists no models/);
});
