import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { EMBEDDED_MODEL_DIR } from "../lib/setup/embedded_model.ts";
import { VENV_PYTHON } from "../lib/setup/python_env.ts";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";

const missing = [VENV_PYTHON, `${EMBEDDED_MODEL_DIR}/model.safetensors`].find((path) =>
  !existsSync(path)
);
const why = missing === undefined ? "" : ` [skipped: no ${missing}: run deno task setup]`;

/** What each notebook has to show: its figures, its tables, its texts; the finding is a text. */
const SHOWN = {
  "01_baseline": { figures: 1, frames: 3, texts: 3 },
  "02_fine_tuning": { figures: 1, frames: 3, texts: 2 },
  "03_execution_accuracy": { figures: 1, frames: 4, texts: 3 },
  "04_mmlu_regression": { figures: 1, frames: 4, texts: 1 },
  "05_report": { figures: 1, frames: 2, texts: 2 },
} as const;

Deno.test({
  name: `the five notebooks run from nothing at smoke size and every cell shows its output${why}`,
  ignore: missing !== undefined,
  async fn(): Promise<void> {
    const root = await Deno.makeTempDir();
    try {
      const results = `${root}/results`;
      const flags = ["--smoke", "--out", `${root}/executed`];
      const { code, stderr } = await notebooks(flags, { LAB_RESULTS: results });
      assert.equal(code, 0, stderr);
      assert.match(stderr, /executed 5 notebooks/);
      for (const [name, shown] of Object.entries(SHOWN)) {
        const cells = await codeCells(`${root}/executed/${name}.ipynb`);
        checkCells(name, cells, shown);
      }
      assert.ok(existsSync(`${results}/summary.json`), "notebook 5 writes the study's results");
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});

Deno.test("the five notebooks are as they are committed: no output, no code that belongs in lib", async () => {
  const { code, stderr } = await notebooks(["--check"], {});
  assert.equal(code, 0, stderr);
  assert.match(stderr, /checked 5 notebooks/);
});

interface Cell {
  readonly id: string;
  readonly cell_type: string;
  readonly execution_count: number | null;
  readonly outputs: readonly {
    readonly output_type: string;
    readonly data?: Readonly<Record<string, unknown>>;
  }[];
}

function checkCells(
  name: string,
  cells: readonly Cell[],
  shown: { readonly figures: number; readonly frames: number; readonly texts: number },
): void {
  for (const { id, outputs, execution_count } of cells) {
    const where = `${name}, cell ${id}`;
    assert.ok(execution_count !== null, `${where} ran`);
    // the imports are the one cell that has nothing to show
    assert.equal(outputs.length > 0, id !== "open", `${where} has ${outputs.length} outputs`);
    assert.ok(outputs.every(({ output_type }) => output_type !== "error"), `${where} failed`);
  }
  const data = cells.flatMap(({ outputs }) => outputs.map(({ data = {} }) => data));
  const withType = (type: string): number => data.filter((bundle) => type in bundle).length;
  assert.deepEqual(
    {
      figures: withType("image/svg+xml"),
      frames: withType("text/html"),
      texts: withType("text/markdown"),
    },
    shown,
    name,
  );
  const finding = JSON.stringify(cells.at(-1)?.outputs);
  assert.match(finding, /\*\*Finding\.\*\*.*\d/, `${name} ends with its finding`);
}

async function codeCells(path: string): Promise<readonly Cell[]> {
  const { cells } = JSON.parse(await Deno.readTextFile(path));
  return cells.filter((cell: Cell) => cell.cell_type === "code");
}

/** Runs the command in a process of its own. */
async function notebooks(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/notebooks.ts", ...args],
    cwd: REPOSITORY_ROOT,
    env: { ...env, NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}
