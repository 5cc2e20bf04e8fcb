import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeNotebook } from "./check_notebook.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const python = await kernelPython();
const ignore = python === undefined;
const why = ignore ? " [skipped: no jupyter_client in .venv]" : "";

Deno.test(`notebooks executes 30 cells and loses none of their 150 outputs${why}`, {
  ignore,
}, async () => {
  await using folder = await scratch();
  // Twice: a lost output is a matter of timing.
  for (const run of [1, 2]) {
    const cells = Array.from({ length: 30 }, (_, i) => chattyCell(i));
    const notebook = await folder.notebook(`run${run}`, cells);
    const { code, stderr } = await notebooks([notebook, "--out", folder.out]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /run\d\.ipynb: cell 30 of 30: [\d.]+ s, 5 outputs/);
    const executed = await folder.executed(`run${run}`);
    for (const [i, cell] of executed.entries()) {
      const shown = JSON.stringify(cell.outputs);
      for (
        const wanted of [`print ${i} `, `last ${i}\\n`, `err ${i}\\n`, `disp ${i}"`, `<b>${i}<`]
      ) {
        assert.ok(shown.includes(wanted), `run ${run}, cell ${i}: no ${wanted} in ${shown}`);
      }
      assert.ok(!shown.includes("flushed"), "the marker is no output");
      assert.equal(cell.execution_count, i + 1);
    }
  }
});

Deno.test(`notebooks keeps 5000 lines of one cell in order${why}`, { ignore }, async () => {
  await using folder = await scratch();
  const source = 'for (let i = 0; i < 5000; i++) console.log(i);\n"done"';
  const notebook = await folder.notebook("long", [source]);
  const { code, stderr } = await notebooks([notebook, "--out", folder.out]);
  assert.equal(code, 0, stderr);
  const [cell] = await folder.executed("long");
  const expected = Array.from({ length: 5000 }, (_, i) => `${i}\n`).join("");
  assert.equal(cell?.outputs[0]?.text?.join(""), expected);
});

Deno.test(`notebooks tells the kernel which study to open, and exports the figures${why}`, {
  ignore,
}, async () => {
  await using folder = await scratch();
  const notebook = await folder.notebook("study", [
    'console.log(Deno.env.get("LAB_CONFIG"), Deno.env.get("LAB_STUDY_DATA"));',
    '({ [Symbol.for("Jupyter.display")]: () => ({ "image/svg+xml": "<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"9\\" height=\\"9\\"/>" }) })',
  ]);
  const figures = join(folder.out, "figures");
  const config = join(ROOT, "config", "smoke.json");
  const study = ["--config", config, "--data-root", "/data"];
  const { code, stderr } = await notebooks([
    notebook,
    ...study,
    "--out",
    folder.out,
    "--figures",
    figures,
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /wrote 3 files of figures/);
  const [first] = await folder.executed("study");
  assert.equal(first?.outputs[0]?.text?.join(""), `${config} /data\n`);
  for (const type of ["svg", "png", "pdf"]) {
    assert.ok((await Deno.stat(join(figures, `study-cell-2.${type}`))).isFile);
  }
});

Deno.test(`notebooks keeps of an output that overwrites itself its last state${why}`, {
  ignore,
}, async () => {
  await using folder = await scratch();
  const source = [
    "const send = (kind: string, text: number) => Deno.jupyter.broadcast(kind, {",
    '  data: { "text/plain": `at ${text}` }, metadata: {}, transient: { display_id: "x" } });',
    'await send("display_data", 0);',
    'for (let i = 1; i <= 20; i++) await send("update_display_data", i);',
  ].join("\n");
  const notebook = await folder.notebook("progress", [source, '"later"']);
  const { code, stderr } = await notebooks([notebook, "--out", folder.out]);
  assert.equal(code, 0, stderr);
  const [cell] = await folder.executed("progress");
  assert.equal(cell?.outputs.length, 1);
  assert.deepEqual(cell?.outputs[0]?.data, { "text/plain": ["at 20"] });
});

Deno.test(`display() shows a value below its cell, by each media type${why}`, {
  ignore,
}, async () => {
  await using folder = await scratch();
  const module = JSON.stringify(join(ROOT, "lib", "report", "frames", "display.ts"));
  const notebook = await folder.notebook("display", [
    `import { display, showMarkdown } from ${module};`,
    'await display(showMarkdown("**qv@0.5**"));\nawait display(showMarkdown("second"));',
  ]);
  const { code, stderr } = await notebooks([notebook, "--out", folder.out]);
  assert.equal(code, 0, stderr);
  const [first, cell] = await folder.executed("display");
  assert.deepEqual(first?.outputs, []);
  assert.deepEqual(cell?.outputs.map(({ data }) => data), [
    { "text/markdown": ["**qv&#64;0.5**"], "text/plain": ["**qv@0.5**"] },
    { "text/markdown": ["second"], "text/plain": ["second"] },
  ]);
});

Deno.test(`notebooks prints a failing cell's source and error, and exits 1${why}`, {
  ignore,
}, async () => {
  await using folder = await scratch();
  const failing = 'console.log("so far");\nthrow new RangeError("current value is -1");';
  const notebook = await folder.notebook("failing", ["1", failing]);
  const { code, stderr } = await notebooks([notebook, "--out", folder.out]);
  assert.equal(code, 1);
  assert.match(stderr, /cell 2 of 2 \(cell-2\) failed: RangeError: current value is -1/);
  assert.ok(stderr.includes(failing));
  assert.ok(stderr.includes("so far"));
  await assert.rejects(folder.executed("failing"), Deno.errors.NotFound);
});

Deno.test(`notebooks runs one after the other, and none after one that failed${why}`, {
  ignore,
}, async () => {
  await using folder = await scratch();
  const seen = join(folder.out, "seen");
  const first = await folder.notebook("first", [`Deno.mkdirSync(${JSON.stringify(seen)})`]);
  const second = await folder.notebook("second", [`Deno.statSync(${JSON.stringify(seen)})`]);
  const failing = await folder.notebook("failing", ["throw new Error()"]);
  const third = await folder.notebook("third", ["1"]);
  await Deno.mkdir(folder.out, { recursive: true });
  const all = [first, second, failing, third, "--out", folder.out];
  const { code, stderr } = await notebooks(all);
  assert.equal(code, 1);
  assert.match(stderr, /second\.ipynb: cell 1 of 1/);
  assert.doesNotMatch(stderr, /third\.ipynb/);
  await folder.executed("second");
  await assert.rejects(folder.executed("third"), Deno.errors.NotFound);
});

Deno.test(`notebooks reads a notebook when it is its turn: one before may write it${why}`, {
  ignore,
}, async () => {
  await using folder = await scratch();
  const made = await folder.notebook("made", ["1"]);
  const copy = `Deno.renameSync(${JSON.stringify(`${made}.later`)}, ${JSON.stringify(made)})`;
  const first = await folder.notebook("first", [copy]);
  await Deno.rename(made, `${made}.later`);
  const { code, stderr } = await notebooks([first, made, "--out", folder.out]);
  assert.equal(code, 0, stderr);
  await folder.executed("made");
});

Deno.test(`notebooks ends a cell at its time limit, and a cell that kills the kernel${why}`, {
  ignore,
}, async () => {
  await using folder = await scratch();
  const cases = [["while (true);", /ran longer than 1 s/], ["Deno.exit(3)", /killed the kernel/]];
  for (const [source, message] of cases as [string, RegExp][]) {
    const notebook = await folder.notebook("ending", [source]);
    const flags = [notebook, "--out", folder.out, "--cell-seconds", "1"];
    const { code, stderr } = await notebooks(flags);
    assert.equal(code, 1);
    assert.match(stderr, message);
  }
});

Deno.test("notebooks --check finds a type error and a lint error across cells", async () => {
  await using folder = await scratch();
  const good = await folder.notebook("good", ["const n: number = 1;", "n"]);
  assert.equal((await notebooks(["--check", good])).code, 0);
  const wrong = await folder.notebook("wrong", ["const n: number = 1;", "n.toUpperCase();"]);
  const typed = await notebooks(["--check", wrong]);
  assert.equal(typed.code, 1);
  assert.match(typed.stderr, /toUpperCase/);
  const unused = await folder.notebook("unused", ["const never = 1;"]);
  const linted = await notebooks(["--check", unused]);
  assert.equal(linted.code, 1);
  assert.match(linted.stderr, /no-unused-vars/);
});

Deno.test("notebooks answers wrong usage with one line and 2", async () => {
  const missing = await notebooks(["--check", "no/such.ipynb"]);
  assert.equal(missing.code, 2);
  assert.equal(
    missing.stderr,
    'error: Cannot open the notebook as there is no such file: "no/such.ipynb"\n',
  );
  assert.equal((await notebooks(["--chek"])).code, 2);
  assert.match((await notebooks(["--cell-seconds", "soon"])).stderr, /it is "soon"\n$/);
  const wrong: Readonly<Record<string, RegExp>> = {
    "--config config/sample.json --smoke": /^error: --config and --smoke exclude each other/,
    "--config no/such.json": /^error: .*no\/such\.json/,
    "--data-root data": /^error: --data-root needs the study/,
  };
  for (const [flags, message] of Object.entries(wrong)) {
    const { code, stderr } = await notebooks(flags.split(" "));
    assert.equal(code, 2, flags);
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split("\n").length, 1);
  }
});

function chattyCell(i: number): string {
  const display = (type: string, text: string): string =>
    `({ [Symbol.for("Jupyter.display")]: () => ({ "${type}": "${text}" }) })`;
  return [
    `console.log("print ${i} first");`,
    `await Deno.jupyter.display(${display("text/plain", `disp ${i}`)});`,
    `console.log("last ${i}");`,
    `console.error("err ${i}");`,
    display("text/html", `<b>${i}</b>`),
  ].join("\n");
}

interface ExecutedCell {
  readonly execution_count: number | null;
  readonly outputs: readonly {
    readonly text?: readonly string[];
    readonly data?: Readonly<Record<string, readonly string[]>>;
  }[];
}

interface Scratch extends AsyncDisposable {
  readonly out: string;
  notebook(name: string, sources: readonly string[]): Promise<string>;
  executed(name: string): Promise<readonly ExecutedCell[]>;
}

async function scratch(): Promise<Scratch> {
  const folder = await Deno.makeTempDir();
  const out = join(folder, "executed");
  return {
    out,
    async notebook(name, sources): Promise<string> {
      const path = join(folder, `${name}.ipynb`);
      const cells = sources.map((source) => ({ id: "", type: "code" as const, source }));
      await Deno.writeTextFile(path, writeNotebook(cells));
      return path;
    },
    async executed(name): Promise<readonly ExecutedCell[]> {
      return JSON.parse(await Deno.readTextFile(join(out, `${name}.ipynb`))).cells;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function notebooks(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(ROOT, "tools", "notebooks.ts"), ...args],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

async function kernelPython(): Promise<string | undefined> {
  const path = Deno.env.get("LAB_PYTHON") ?? join(ROOT, ".venv", "bin", "python");
  try {
    const { success } = await new Deno.Command(path, {
      args: ["-c", "import jupyter_client, nbformat"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? path : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
