import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { EMBEDDED_MODEL_DIR } from "../lib/setup/embedded_model.ts";
import { VENV_PYTHON } from "../lib/setup/python_env.ts";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";
import { assertWarranted } from "../lib/report/testing/warranted.ts";
import { readSummary } from "../lib/runs/mod.ts";
import { writeMiniStudy } from "../lib/study/testing/mini_study.ts";
import { writeTinyAdapter } from "../lib/study/testing/tiny_model.ts";
import { readNotebook } from "./check_notebook.ts";

const missing = [VENV_PYTHON, `${EMBEDDED_MODEL_DIR}/model.safetensors`].find((path) =>
  !existsSync(path)
);
const why = missing === undefined ? "" : ` [skipped: no ${missing}: run deno task setup]`;

/** What each notebook shows of the smoke study: figures, tables and prompts as HTML, and Markdown. */
const SHOWN: Readonly<Record<string, Shown>> = {
  "01_baseline": { figures: 1, frames: 6, texts: 3 },
  "02_fine_tuning": { figures: 1, frames: 4, texts: 1 },
  "03_execution_accuracy": { figures: 3, frames: 5, texts: 3 },
  // too few questions for a calibration: the text says so
  "04_mmlu_regression": { figures: 4, frames: 3, texts: 10 },
  // no checkpoints, no seeds and few variants: the texts say so
  "05_report": { figures: 4, frames: 1, texts: 8 },
};

Deno.test({
  name: `the five notebooks run from nothing at smoke size and every cell shows its output${why}`,
  ignore: missing !== undefined,
  async fn(): Promise<void> {
    const root = await Deno.makeTempDir();
    try {
      const results = `${root}/results`;
      const flags = ["--smoke", "--out", `${root}/executed`, "--figures", `${root}/figures`];
      const { code, stderr } = await notebooks(flags, { LAB_RESULTS: results });
      assert.equal(code, 0, stderr);
      assert.match(stderr, /executed 5 notebooks/);
      for (const [name, shown] of Object.entries(SHOWN)) {
        const cells = await codeCells(`${root}/executed/${name}.ipynb`);
        checkCells(name, cells);
        assert.deepEqual(countsOf(cells), shown, name);
        assert.match(
          textOf(cells.at(-1)!),
          /\*\*Finding\.\*\*.*\d/s,
          `${name} ends with its finding`,
        );
      }
      const files = [...Deno.readDirSync(`${root}/figures`)].map(({ name }) => name);
      assert.equal(files.length, 3 * 13, "each figure as SVG, PNG and PDF");
      for (const type of ["svg", "png", "pdf"]) {
        assert.ok(files.includes(`05_report-figure.${type}`));
      }
      assert.ok(existsSync(`${results}/summary.json`), "notebook 5 writes the study's results");
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});

Deno.test({
  name: "the five notebooks open a study of one's own, of text-to-SQL and general text alone" + why,
  ignore: missing !== undefined,
  async fn(): Promise<void> {
    using mini = await writeMiniStudy({ config: { measures: ["sql", "prose"] } });
    await writeTinyAdapter(`${mini.out}/training/qv`);
    const executed = `${mini.root}/executed`;
    const { code, stderr } = await notebooks(
      ["--config", mini.configPath, "--out", executed],
      { LAB_RESULTS: mini.out },
    );
    assert.equal(code, 0, stderr);
    for (const name of Object.keys(SHOWN)) {
      const cells = await codeCells(`${executed}/${name}.ipynb`);
      checkCells(name, cells);
      const shown = cells.map(textOf).join("\n");
      if (name.startsWith("04")) {
        assert.match(shown, /nothing to show.*\*\*Finding\.\*\* General text with tiny/s);
      }
      if (name.startsWith("05")) assert.match(shown, /\| qv .*\*\*Finding\.\*\*/s);
    }
    assert.equal(readSummary(`${mini.out}/summary.json`).counts.mmlu, undefined);
  },
});

Deno.test("the five notebooks are as they are committed: no output, no code that belongs in lib", async () => {
  const { code, stderr } = await notebooks(["--check"], {});
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /deno check of 5 notebooks .*\ndeno lint of 5 .*\nchecked 5 notebooks/,
  );
});

Deno.test("the five notebooks say nothing that no number warrants", () => {
  for (const name of Object.keys(SHOWN)) {
    const text = Deno.readTextFileSync(`${REPOSITORY_ROOT}/notebooks/${name}.ipynb`);
    for (const { type, source } of readNotebook(text)) {
      if (type === "markdown") assertWarranted(source);
    }
  }
});

interface Shown {
  readonly figures: number;
  readonly frames: number;
  readonly texts: number;
}

interface Cell {
  readonly id: string;
  readonly cell_type: string;
  readonly execution_count: number | null;
  readonly outputs: readonly {
    readonly output_type: string;
    readonly data?: Readonly<Record<string, string | readonly string[]>>;
  }[];
}

/** Every cell ran and shows something, without warnings, empty values or unwarranted words. */
function checkCells(name: string, cells: readonly Cell[]): void {
  for (const cell of cells) {
    const { id, outputs, execution_count } = cell;
    const where = `${name}, cell ${id}`;
    assert.ok(execution_count !== null, `${where} ran`);
    // the imports are the one cell that has nothing to show
    assert.equal(outputs.length > 0, id !== "open", `${where} has ${outputs.length} outputs`);
    // progress overwrites itself; only the study is opened and trained in one cell
    assert.ok(outputs.length <= (id === "study" ? 2 : 1), `${where} has ${outputs.length} outputs`);
    const kinds = new Set(outputs.map(({ output_type }) => output_type));
    assert.ok(!kinds.has("error") && !kinds.has("stream"), `${where}: ${[...kinds].join(", ")}`);
    const text = textOf(cell);
    assert.doesNotMatch(text, /\bnull\b|undefined|NaN/, where);
    assertWarranted(text);
  }
}

/** All that a cell shows, as plain text. */
function textOf({ outputs }: Cell): string {
  return outputs.map(({ data = {} }) => [data["text/plain"] ?? []].flat().join("")).join("\n");
}

function countsOf(cells: readonly Cell[]): Shown {
  const data = cells.flatMap(({ outputs }) => outputs.map(({ data = {} }) => data));
  const withType = (type: string): number => data.filter((bundle) => type in bundle).length;
  return {
    figures: withType("image/svg+xml"),
    frames: withType("text/html"),
    texts: withType("text/markdown"),
  };
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
