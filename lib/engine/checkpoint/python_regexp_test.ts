import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { skipUnlessPython } from "../testing/reference.ts";
import { pythonRegExp } from "./python_regexp.ts";

const skipped = skipUnlessPython();
const PYTHON = fileURLToPath(new URL("../../../.venv/bin/python", import.meta.url));

const NAMES = [
  "model.layers.0.self_attn.q_proj",
  "model.layers.1.self_attn.v_proj",
  "model.layers.10.mlp.down_proj",
  "model.layers.11.mlp.gate_proj",
  "lm_head",
  "q_proj",
  "a{b}]-c",
];
const PATTERNS = [
  "q_proj",
  String.raw`layers\.0\.self_attn\.q_proj`,
  "^model.layers.0.*",
  ".*self_attn.*",
  String.raw`.*\.(?P<kind>q|v)_proj`,
  String.raw`\Amodel.*\Z`,
  String.raw`(?:.*\.)?layers\.(?:1|[2-9]\d?)\..*`,
  String.raw`.*layers\.\d{2}\..*`,
  String.raw`.*layers\.\d{,1}\..*`,
  String.raw`.*layers\.\d{1,}\..*proj`,
  "a{b}[]]-c",
  "a{b}[^x]-c",
  "(?i).*SELF_ATTN.*",
  "(?i:LM)_head",
  "(?#a comment)lm_head",
  ".*(?<=gate)_proj",
  ".*(?<!gate)_proj",
  "(?!lm).*",
  String.raw`\x6cm_head`,
  "q_proj|v_proj",
  "a)|(q_proj",
  String.raw`[\w.]+_proj`,
  String.raw`.*\b0\b.*`,
];

/** What Python says of each pattern and name: `re.match`, and `re.fullmatch`. */
async function pythonMatches(): Promise<[boolean, boolean][][]> {
  const code = `
import json, re, sys
patterns, names = json.load(sys.stdin)
def ask(f, p, n):
    try: return bool(f(p, n))
    except re.error: return None
print(json.dumps([[[ask(re.match, p, n), ask(re.fullmatch, p, n)] for n in names] for p in patterns]))
`;
  const child = new Deno.Command(PYTHON, {
    args: ["-c", code],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify([composites(), NAMES])));
  await writer.close();
  return JSON.parse(new TextDecoder().decode((await child.output()).stdout));
}

/** Each pattern by itself, and as PEFT puts a key of rank_pattern into its own. */
function composites(): string[] {
  return PATTERNS.flatMap((pattern) => [pattern, String.raw`(.*\.)?(${pattern})$`]);
}

Deno.test({
  name: `pythonRegExp() matches what Python's re matches, or refuses${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const expected = await pythonMatches();
    let compared = 0;
    for (const [i, pattern] of composites().entries()) {
      if (expected[i]!.some(([matches]) => matches === null)) {
        assert.throws(() => pythonRegExp(pattern), SyntaxError, pattern);
        continue;
      }
      for (const [j, name] of NAMES.entries()) {
        const found = [
          pythonRegExp(pattern).test(name),
          pythonRegExp(pattern, "full").test(name),
        ];
        assert.deepEqual(found, expected[i]![j], `${pattern} on ${name}`);
        compared++;
      }
    }
    assert(compared > 250, `${compared}`);
  },
});

Deno.test("pythonRegExp() refuses by name what has no equal here", () => {
  assert.throws(() => pythonRegExp(String.raw`(a)\1`), /"\\1" has no equal/);
  assert.throws(() => pythonRegExp("(?P<n>a)(?P=n)"), /"\(\?P=" has no equal/);
  assert.throws(() => pythonRegExp("(?>a)b"), /"\(\?>a" has no equal/);
  assert.throws(() => pythonRegExp("(a)?(?(1)b|c)"), /"\(\?\(1" has no equal/);
  assert.throws(() => pythonRegExp("(?x) a b"), /"\(\?x\)" has no equal/);
  assert.throws(() => pythonRegExp("a(?i)b"), /has no equal/);
  assert.throws(() => pythonRegExp("a*+b"), SyntaxError);
  assert.throws(() => pythonRegExp("[a"), /a bracket is not closed/);
  assert.throws(() => pythonRegExp(String.raw`\N{DIGIT ONE}`), /"\\N" has no equal/);
  assert.throws(() => pythonRegExp("(a"), SyntaxError);
});

Deno.test("pythonRegExp() refuses an expression that would match for years, whatever signals come", () => {
  const expression = pythonRegExp("(.*)*(.*)*(.*)*q_projX", "full");
  assert.throws(() => expression.test("model.layers.0.self_attn.q_proj"), {
    name: "RangeError",
    message: 'the expression "(.*)*(.*)*(.*)*q_projX" takes more than 2 s to match the names of ' +
      "modules",
  });
});
