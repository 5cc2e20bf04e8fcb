import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { type Progress, SILENT, sleep } from "../ground/mod.ts";
import { pipProgress } from "./_pip_progress.ts";
import { ensurePythonEnv } from "./python_env.ts";

/**
 * A Python that writes down what it is asked, makes an environment of itself,
 * and installs nothing; with FAKE_PIP_FAILS it ends in the middle of it.
 */
const FAKE = `#!/bin/sh
case "$*" in
  *sys.version_info*) echo "3 12";;
  "-m venv"*) echo venv >> "$FAKE_LOG"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python";;
  "-m pip --version") ;;
  "-m pip install"*)
    echo "pip $*" >> "$FAKE_LOG"
    echo "Collecting torch==1 (from -r requirements.txt)"
    echo "  Downloading torch-1-cp312-none-any.whl (190.5 MB)"
    echo "Installing collected packages: sympy, torch"
    if [ -n "$FAKE_PIP_FAILS" ]; then echo "no matching distribution" >&2; exit 1; fi;;
  *) exit 64;;
esac
`;

interface Machine extends Disposable {
  readonly root: string;
  /** Runs the setup; what Python was asked, and what was told. */
  setUp(): Promise<{ asked: string[]; told: string[] }>;
}

/** A machine with that Python, without GPU and without network. */
function machine(): Machine {
  const root = Deno.makeTempDirSync();
  Deno.mkdirSync(`${root}/training`);
  Deno.writeTextFileSync(`${root}/training/requirements.txt`, "torch==1\n");
  Deno.mkdirSync(`${root}/bin`);
  Deno.writeTextFileSync(`${root}/bin/python3`, FAKE);
  chmodSync(`${root}/bin/python3`, 0o755);
  const path = Deno.env.get("PATH") ?? "";
  const log = `${root}/log`;
  const online = globalThis.fetch;
  Deno.env.set("PATH", `${root}/bin:/bin:/usr/bin`);
  Deno.env.set("FAKE_LOG", log);
  globalThis.fetch = () => Promise.reject(new TypeError("there is no network"));
  return {
    root,
    async setUp(): ReturnType<Machine["setUp"]> {
      Deno.writeTextFileSync(log, "");
      const told: string[] = [];
      const progress: Progress = {
        ...SILENT,
        step: (title) => void told.push(title),
        update: (done, total, unit) => void told.push(`${done}/${total} ${unit}`),
        note: (text) => void told.push(text),
      };
      await ensurePythonEnv(progress, root);
      return { asked: Deno.readTextFileSync(log).split("\n").filter(Boolean), told };
    },
    [Symbol.dispose](): void {
      globalThis.fetch = online;
      Deno.env.set("PATH", path);
      Deno.env.delete("FAKE_LOG");
      Deno.env.delete("FAKE_PIP_FAILS");
      Deno.removeSync(root, { recursive: true });
    },
  };
}

const noShell = Deno.build.os === "windows" ? " [skipped: needs a POSIX shell]" : "";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: name + noShell, ignore: noShell !== "", fn });
}

test("ensurePythonEnv makes the environment once and then finds it made", async () => {
  using made = machine();
  const { asked, told } = await made.setUp();
  assert.equal(asked.length, 2);
  assert.equal(asked[0], "venv");
  assert.match(asked[1]!, /^pip -m pip install .*-r .*\/training\/requirements.txt$/);
  assert.doesNotMatch(asked[1]!, /extra-index-url/, "an index that cannot be reached is not used");
  assert.match(told[0]!, /^Python environment: installing/);
  assert.deepEqual(told.slice(1), [
    "1/1 packages found",
    "downloading torch-1-cp312-none-any.whl, 190.5 MB",
    "installing 2 packages",
  ]);
  assert.deepEqual(await made.setUp(), {
    asked: [],
    told: ["reused the Python environment in .venv"],
  });
});

test("ensurePythonEnv completes a setup that ended half-way", async () => {
  using half = machine();
  Deno.env.set("FAKE_PIP_FAILS", "yes");
  await assert.rejects(half.setUp(), /Cannot set up Python: ".*pip install.*" ended with code 1: /);
  assert.ok(existsSync(`${half.root}/.venv/bin/python`));
  assert.ok(!existsSync(`${half.root}/.venv/lab_requirements.sha256`));
  Deno.env.delete("FAKE_PIP_FAILS");
  const { asked } = await half.setUp();
  assert.deepEqual(asked.map((line) => line.slice(0, 3)), ["pip"], "the environment is kept");
  assert.deepEqual((await half.setUp()).asked, []);
});

test("ensurePythonEnv installs again when the requirements change, and forgets the old ones", async () => {
  using changed = machine();
  await changed.setUp();
  const requirements = `${changed.root}/training/requirements.txt`;
  Deno.writeTextFileSync(requirements, "torch==2\n");
  Deno.env.set("FAKE_PIP_FAILS", "yes");
  await assert.rejects(changed.setUp());
  Deno.env.delete("FAKE_PIP_FAILS");
  Deno.writeTextFileSync(requirements, "torch==1\n");
  assert.equal((await changed.setUp()).asked.length, 1, "half of an update may be installed");
});

test("ensurePythonEnv makes a damaged environment anew", async () => {
  using damaged = machine();
  await damaged.setUp();
  Deno.writeTextFileSync(`${damaged.root}/.venv/bin/python`, "#!/bin/sh\nexit 1\n");
  const { asked } = await damaged.setUp();
  assert.deepEqual(asked.map((line) => line.slice(0, 3)), ["ven", "pip"]);
});

test("ensurePythonEnv refuses a machine without Python 3.11 and says what it found", async () => {
  using old = machine();
  Deno.env.set("PATH", `${old.root}/bin`);
  Deno.writeTextFileSync(`${old.root}/bin/python3`, '#!/bin/sh\necho "3 9"\n');
  await assert.rejects(old.setUp(), {
    name: "UsageError",
    message: "Cannot set up training: Python 3.11 or later is needed (python3 is 3.9)",
  });
});

Deno.test("pipProgress() tells that pip is at work where pip says nothing", async () => {
  const told: string[] = [];
  const progress: Progress = { ...SILENT, note: (text) => void told.push(text) };
  {
    using pip = pipProgress(progress, 2, 30);
    pip.hear("Installing collected packages: a, b");
    await sleep(200);
  }
  const count = told.length;
  assert.equal(told[0], "installing 2 packages");
  assert.equal(told[1], "still installing 2 packages, 0 s");
  await sleep(100);
  assert.equal(told.length, count, "not after its end");
});

Deno.test("pipProgress() ends in silence where nobody reads what it tells", async () => {
  let told = 0;
  const progress: Progress = {
    ...SILENT,
    note: () => {
      told++;
      throw new Error("closed pipe");
    },
  };
  using _pip = pipProgress(progress, 2, 30);
  await sleep(200);
  assert.equal(told, 1);
});
