import assert from "node:assert/strict";
import { checkRecord } from "../../ground/mod.ts";
import { ADAPTER_SETTINGS, type AdapterSettings, adapterText } from "./adapter_settings.ts";

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

const AVERAGE: AdapterSettings = {
  ...HERE,
  trained: "elsewhere",
  averageOf: ["seed_42", "seed_43"].map((name) => ({ name, sha256: "0".repeat(64) })),
  learningRate: null,
};

Deno.test("adapterText says of an average what it is the average of", () => {
  assert.equal(
    adapterText(AVERAGE),
    "rank 16, alpha 32, dropout 0.05, q_proj v_proj, the average of seed_42 and seed_43",
  );
});

Deno.test("adapterText says of an average which parents had general records, those alike at once", () => {
  const general = { replay: 0, anchor: 448, of: 8959, answers: 176 };
  const [first, second] = AVERAGE.averageOf!;
  const text = (...averageOf: AdapterSettings["averageOf"] & object): string =>
    adapterText({ ...AVERAGE, averageOf }).split("v_proj, ")[1]!;
  const words =
    "with weight of the divergence 10, 448 anchors of 8959 records an epoch, drawn from " +
    "176 answers of the base model (outside the assignment's train split only)";
  const kl = { klWeight: 10, general };
  assert.equal(
    text({ ...first!, ...kl }, { ...second!, ...kl }),
    `the average of seed_42 and seed_43; seed_42 and seed_43 ${words}`,
  );
  assert.equal(
    text(first!, { ...second!, ...kl }),
    `the average of seed_42 and seed_43; seed_43 ${words}`,
  );
  checkRecord(ADAPTER_SETTINGS, { ...AVERAGE, averageOf: [first, { ...second, ...kl }] }, "x");
});

Deno.test("adapterText says what an adapter was trained on beside the train split", () => {
  const general = { replay: 451, anchor: 0, of: 9028 };
  assert.equal(
    adapterText({ ...HERE, general }),
    "rank 16, alpha 32, dropout 0.05, q_proj v_proj, learning rate 0.0002, " +
      "451 replay of 9028 records an epoch (outside the assignment's train split only)",
  );
  for (const [answers, words] of [[142, "142 answers"], [1, "1 answer"]] as const) {
    assert.ok(
      adapterText({ ...HERE, general: { ...general, answers } })
        .includes(
          `451 replay of 9028 records an epoch, drawn from ${words} of the base model (out`,
        ),
    );
  }
  assert.match(
    adapterText({ ...HERE, klWeight: 0.1, general: { replay: 4, anchor: 5, of: 100 } }),
    /, weight of the divergence 0\.1, 4 replay and 5 anchors of 100 records an epoch \(outside/,
  );
  assert.match(
    adapterText({ ...HERE, rankPattern: { q: 4 }, general: { replay: 0, anchor: 1, of: 40 } }),
    /, 1 pattern of layers .*, 1 anchor of 40 records an epoch/,
  );
});

Deno.test("ADAPTER_SETTINGS takes what is right as it is", () => {
  for (
    const settings of [HERE, AVERAGE, {
      ...HERE,
      learningRate: null,
      dropout: null,
      targetModules: [],
    }]
  ) {
    assert.deepEqual(checkRecord(ADAPTER_SETTINGS, settings, "summary.json"), settings);
  }
});

Deno.test("ADAPTER_SETTINGS refuses what is wrong and names it", () => {
  const cases: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ rank: 0 }, /"rank" must be an integer >= 1/],
    [{ rank: null }, /"rank"/],
    [{ learningRate: 0 }, /"learningRate" must be a number > 0/],
    [{ trained: "there" }, /"trained" must be one of "here", "elsewhere"/],
    [{ rankPattern: { a: 1.5 } }, /"rankPattern\.a" must be an integer/],
    [{ averageOf: AVERAGE.averageOf!.slice(1) }, /"averageOf"/],
    [{ averageOf: ["seed_42", "seed_43"] }, /"averageOf\[0\]"/],
    [{ lora: 1 }, /unknown key "lora"/],
  ];
  for (const [change, message] of cases) {
    assert.throws(() => checkRecord(ADAPTER_SETTINGS, { ...HERE, ...change }, "summary.json"), {
      name: "UsageError",
      message,
    });
  }
});
