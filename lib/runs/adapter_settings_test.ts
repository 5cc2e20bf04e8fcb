import assert from "node:assert/strict";
import { type AdapterSettings, adapterText, checkAdapterSettings } from "./adapter_settings.ts";

const HERE: AdapterSettings = {
  trained: "here",
  rank: 16,
  alpha: 32,
  dropout: 0.05,
  targetModules: ["q_proj", "v_proj"],
  learningRate: 0.0002,
  rsLora: false,
  dora: false,
};

const PLACE = { file: "summary.json", keyPath: "provenance.adapterSettings.qv" };

Deno.test("adapterText says what differs from a plain LoRA, and what is not known", () => {
  assert.equal(
    adapterText(HERE),
    "rank 16, alpha 32, dropout 0.05, q_proj v_proj, learning rate 0.0002",
  );
  const odd = {
    ...HERE,
    dropout: null,
    rsLora: true,
    dora: true,
    rankPattern: { "layers.0": 4, "layers.1": 8 },
    alphaPattern: { "layers.1": 8 },
    learningRate: null,
    trained: "elsewhere" as const,
  };
  assert.equal(
    adapterText(odd),
    "rank 16, alpha 32, 2 patterns of layers with a rank or alpha of their own, q_proj v_proj, " +
      "rsLoRA, DoRA, trained elsewhere: learning rate unknown",
  );
});

Deno.test("checkAdapterSettings takes what is right as it is", () => {
  for (
    const settings of [HERE, { ...HERE, learningRate: null, dropout: null, targetModules: [] }]
  ) {
    assert.deepEqual(checkAdapterSettings(settings, PLACE), settings);
  }
});

Deno.test("checkAdapterSettings refuses what is wrong and names it", () => {
  const cases: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ rank: 0 }, /adapterSettings\.qv\.rank" must be an integer >= 1/],
    [{ rank: null }, /qv\.rank"/],
    [{ learningRate: 0 }, /qv\.learningRate" must be a number > 0/],
    [{ trained: "there" }, /qv\.trained" must be one of "here", "elsewhere"/],
    [{ rankPattern: { a: 1.5 } }, /qv\.rankPattern\.a" must be an integer/],
    [{ lora: 1 }, /unknown key "provenance\.adapterSettings\.qv\.lora"/],
  ];
  for (const [change, message] of cases) {
    assert.throws(() => checkAdapterSettings({ ...HERE, ...change }, PLACE), {
      name: "UsageError",
      message,
    });
  }
});
