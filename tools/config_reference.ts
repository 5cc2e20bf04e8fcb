import { z } from "zod";
import { allowedValues, CHAT_KEYS, type JsonSchema } from "../lib/ground/mod.ts";
import { REPOSITORY_ROOT, writeAtomic } from "../lib/ground/mod.ts";
import * as measures from "../lib/runs/measures/measures.ts";
import * as study from "../lib/runs/config/study_config.ts";
import * as training from "../lib/runs/config/training_config.ts";

/**
 * Writes `docs/config.md`, the table of all keys of a study's config, from their schemas and doc
 * comments: `deno run -A tools/config_reference.ts`.
 *
 * @module
 */

/** The file that is written. */
export const CONFIG_REFERENCE = `${REPOSITORY_ROOT}/docs/config.md`;

const MEASURES = "lib/runs/measures";

const SOURCES = [
  ...[...Deno.readDirSync(`${REPOSITORY_ROOT}/${MEASURES}`)].map(({ name }) =>
    `${MEASURES}/${name}`
  ),
  "lib/runs/config/study_config.ts",
  "lib/runs/config/training_config.ts",
  "lib/ground/chat_settings.ts",
]
  .map((file) => `${REPOSITORY_ROOT}/${file}`);

const INTRODUCTION = `# The keys of a study's config

A study is a JSON file in \`config/\`. A key that is not below is refused with the nearest name; one
that is left out has its default. Relative paths start at the repository's root.

<!-- Written by deno run -A tools/config_reference.ts: change it there, and the keys in lib/runs. -->

## The files that are there

| file | what it is |
| --- | --- |
| \`sample.json\` | the embedded default ([the sample](sample.md)) |
| \`smoke.json\` | a few questions and steps, to see that everything works; its numbers mean nothing |
| \`spider_smoke.json\` | a small study of the real data sets, about a quarter of an hour on two free CPU cores; its model writes hardly any right SQL on Spider: it shows that data and code go together |
| \`spider_qwen_0_5b.json\`, \`spider_mistral_7b.json\`, \`spider_llama_3_8b.json\` | train on and ask all of Spider, and 150 questions of MMLU (\`mmlu.perCategory: 50\`; \`null\` is all of it) |
| \`qwen_coder_1_5b.json\`, \`qwen_coder_0_5b.json\` | sweeps of real models, on all of Spider and MMLU: they take a GPU, and the model in the folder that they name ([how it is made](gpu.md#a-recorded-variant-again)) |
| \`gemma3_270m.json\` | the [recorded study](../results/recorded/gemma3_270m/summary.md) of another family ([how its model is made](gpu.md#another-family)) |
| \`gemma3_270m_kl.json\` | the [recorded study](../results/recorded/gemma3_270m_kl/summary.md) of the same model with a penalty on the divergence, weights 1 and 10 |
| \`gemma3_270m_kl_seeds.json\` | the [recorded study](../results/recorded/gemma3_270m_kl_seeds/summary.md) of the same model with weight 10 and without a penalty, five seeds each |
| \`qwen_coder_1_5b_kl.json\` | the [recorded study](../results/recorded/qwen_coder_1_5b_kl/summary.md) of weight 10 at a rate of 1e-3, and of that rate without a penalty, five seeds each |
| \`qwen_coder_1_5b_choice.json\`, \`qwen_coder_1_5b_seeds_choice.json\`, \`qwen_coder_1_5b_seeds.json\`, \`sample_mean.json\` | what is recorded under these names in \`results/recorded\` |
| \`rehearse_mistral_7b.json\`, \`rehearse_mistral_7b_16gb.json\`, \`rehearse_llama_3_8b.json\` | [a rehearsal before the weights](gpu.md#a-rehearsal-before-the-weights) |

Recipes may be names of files in \`config/recipes\`, such as \`"assignment_2e-4"\` or
\`"replay_5"\`; [training_data.md](training_data.md) has all of them, and how to choose one without
dev. \`"source": "hub"\` downloads an id (gated models want \`HF_TOKEN\`; the commit is recorded with
the results), \`"source": "path"\` takes a Hugging Face folder.

A model's chat template is found as transformers finds it (\`chat_template.jinja\` before
\`tokenizer_config.json\`) and rendered the same at training and at evaluation, as [\`chat\`](#chat)
says. A model that was only pretrained has none: take its instruct model, or save a template as
\`chat_template.jinja\` in its folder (such as \`config/chat/gemma_turns.jinja\` for Gemma). An
adapter is to be asked with the template that it was trained with. Text-to-SQL and training alone
take one: \`compare --only mmlu,prose\` asks a model without.
`;

/** Doc comments by the name of the constant with the keys, then by key. */
type Docs = ReadonlyMap<string | undefined, ReadonlyMap<string, string>>;

type Keys = Readonly<Record<string, z.core.$ZodType>>;

/** The text of `docs/config.md`, formatted. */
export async function configReference(): Promise<string> {
  const docs = await keyDocs();
  const sections = [...sectionsOf(study.STUDY, "")].map(([path, keys]) => {
    const title = path === "" ? "## The study" : `## \`${path}\``;
    const rows = Object.entries(keys).map(([key, schema]) => {
      const doc = docs.get(nameOf(keys))?.get(key) ?? docs.get("MEASURE_SETTING_KEYS")?.get(key);
      if (!doc) throw new Error(`No doc comment on ${path}.${key}`);
      return `| ${[`\`${key}\``, ...allowedAndDefault(schema), doc].map(cell).join(" | ")} |`;
    });
    return [
      title,
      "",
      "| key | value | if left out | what it is |",
      "| --- | --- | --- | --- |",
      ...rows,
    ]
      .join("\n");
  });
  return await formatted(`${INTRODUCTION}\n${sections.join("\n\n")}\n`);
}

/** The constant that has the keys; zod copies the object, not the schemas in it. */
function nameOf(keys: Keys): string | undefined {
  const entries = Object.entries(keys);
  return Object.entries({ ...study, ...measures, ...training, CHAT_KEYS }).find(([, constant]) =>
    Object.keys(constant).length === entries.length &&
    entries.every(([key, schema]) => (constant as Partial<Keys>)[key] === schema)
  )?.[0];
}

/** Every object of the config, by its path, from the top. */
function* sectionsOf(schema: z.core.$ZodType, path: string): Generator<[path: string, Keys]> {
  const found = objectIn(schema);
  if (found === undefined) return;
  const { keys, isList } = found;
  const at = `${path}${isList ? "[]" : ""}`;
  yield [at, keys];
  for (const [key, inner] of Object.entries(keys)) {
    yield* sectionsOf(inner, at === "" ? key : `${at}.${key}`);
  }
}

/** The keys of an object, or of the objects in a list, whatever default it has. */
function objectIn(
  schema: z.core.$ZodType,
): { readonly keys: Keys; readonly isList: boolean } | undefined {
  const def = schema._zod.def as {
    readonly shape?: Keys;
    readonly innerType?: z.core.$ZodType;
    readonly element?: z.core.$ZodType;
  };
  if (def.shape) return { keys: def.shape, isList: false };
  if (def.innerType) return objectIn(def.innerType);
  const element = def.element && objectIn(def.element);
  return element && { ...element, isList: true };
}

function allowedAndDefault(schema: z.core.$ZodType): [allowed: string, otherwise: string] {
  const options = { io: "input", unrepresentable: "any" } as const;
  const json = z.toJSONSchema(schema as z.ZodType, options) as JsonSchema;
  const inner = objectIn(schema);
  const allowed = inner ? (inner.isList ? "a list, see below" : "see below") : allowedIn(json);
  const ifLeftOut = "default" in json
    ? inner && !inner.isList ? "its defaults" : `\`${JSON.stringify(json.default)}\``
    : schema._zod.optin === "optional"
    ? "nothing"
    : "needed";
  return [allowed, ifLeftOut];
}

/** What is allowed, in a list or an object as well. */
function allowedIn(json: JsonSchema): string {
  const { allowed, items, additionalProperties, anyOf } = json;
  const nullable = anyOf?.some(({ type }) => type === "null") ? " or `null`" : "";
  const each = allowed === undefined ? items || additionalProperties : undefined;
  return `${allowedValues(json)}${nullable}${each ? `: each ${allowedValues(each)}` : ""}`;
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").trim();
}

/** What `deno doc` finds on the constants with keys. */
async function keyDocs(): Promise<Docs> {
  const json = JSON.parse(await run(["doc", "--json", ...SOURCES])) as DocJson;
  return new Map(
    Object.values(json.nodes).flatMap(({ symbols }) => symbols).map(({ name, declarations }) => {
      const properties = declarations[0]?.def?.tsType?.value?.properties ?? [];
      return [name, new Map(properties.map((key) => [key.name, key.jsDoc?.doc ?? ""]))];
    }),
  );
}

interface DocJson {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocSymbol[] }>>;
}

interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly def?: {
      readonly tsType?: {
        readonly value?: {
          readonly properties?: readonly {
            readonly name: string;
            readonly jsDoc?: { readonly doc?: string };
          }[];
        };
      };
    };
  }[];
}

async function formatted(markdown: string): Promise<string> {
  return await run(["fmt", "--ext", "md", "-"], markdown);
}

async function run(args: readonly string[], input = ""): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: REPOSITORY_ROOT,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error(`deno ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) writeAtomic(CONFIG_REFERENCE, await configReference());
