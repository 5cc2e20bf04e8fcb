import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { z } from "zod";
import { type JsonSchema, REPOSITORY_ROOT } from "../../ground/mod.ts";
import { EARLY_STOPPING_KEYS, RECIPE_KEYS } from "../../runs/mod.ts";

const PYTHON = `${REPOSITORY_ROOT}/.venv/bin/python`;

/** Reads `{setting: texts}`, and says of each text whether the trainer takes it, and the default. */
const PROGRAM = `
import json, sys
from lora_settings import SETTINGS

def takes(setting, text):
    try:
        setting.read(text)
    except Exception:
        return False
    return not setting.choices or text in setting.choices

asked = json.load(sys.stdin)
print(json.dumps({
    name: {
        "takes": {text: takes(SETTINGS[name], text) for text in texts},
        "otherwise": SETTINGS[name].default,
    }
    for name, texts in asked.items()
}))
`;

interface Answer {
  readonly takes: Readonly<Record<string, boolean>>;
  readonly otherwise: unknown;
}

/** The trainer's name of a recipe's key. */
function settingOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Numbers at the bounds of a key and just beyond, with whether the config takes them. */
function edges(schema: z.ZodType): ReadonlyMap<string, boolean> {
  const json = z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
  const step = json.type === "integer" ? 1 : 1e-3;
  const bounds = [json.minimum, json.exclusiveMinimum, json.maximum]
    .filter((bound) => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER);
  const numbers = bounds.flatMap((bound) => [bound! - step, bound!, bound! + step]);
  return new Map(numbers.map((value) => [String(value), schema.safeParse(value).success]));
}

const NUMBERS: Readonly<Record<string, z.ZodType>> = {
  rank: RECIPE_KEYS.rank,
  alpha: RECIPE_KEYS.alpha,
  learning_rate: RECIPE_KEYS.learningRate,
  epochs: RECIPE_KEYS.epochs,
  batch_size: RECIPE_KEYS.batchSize,
  gradient_accumulation: RECIPE_KEYS.gradientAccumulation,
  max_length: RECIPE_KEYS.maxLength,
  kl_weight: RECIPE_KEYS.klWeight,
  early_stopping_patience: EARLY_STOPPING_KEYS.patience,
};

async function ask(texts: Readonly<Record<string, readonly string[]>>): Promise<
  Readonly<Record<string, Answer>>
> {
  const child = new Deno.Command(PYTHON, {
    args: ["-c", PROGRAM],
    env: { PYTHONPATH: `${REPOSITORY_ROOT}/training` },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(texts)));
  await writer.close();
  const { success, stdout } = await child.output();
  assert.ok(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "RECIPE_KEYS and the trainer have the same bounds and defaults" +
    (existsSync(PYTHON) ? "" : " [skipped: no .venv]"),
  ignore: !existsSync(PYTHON),
  async fn(): Promise<void> {
    const wanted = Object.entries(NUMBERS).map(([name, schema]) => [name, edges(schema)] as const);
    const answers = await ask(
      Object.fromEntries(wanted.map(([name, numbers]) => [name, [...numbers.keys()]])),
    );
    for (const [name, numbers] of wanted) {
      assert.ok(numbers.size >= 5, name);
      assert.deepEqual(answers[name]!.takes, Object.fromEntries(numbers), name);
    }
    const defaults = ["rank", "alpha", "dropout", "epochs", "batchSize", "gradientAccumulation"];
    const fromConfig = z.object(RECIPE_KEYS).parse({ name: "a", learningRate: 1e-4 });
    const fromTrainer = await ask(Object.fromEntries(defaults.map((key) => [settingOf(key), []])));
    for (const key of [...defaults]) {
      const here = (fromConfig as Readonly<Record<string, unknown>>)[key];
      assert.equal(fromTrainer[settingOf(key)]!.otherwise, here, key);
    }
  },
});
