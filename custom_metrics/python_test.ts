import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";
import { deepEvalPython } from "./python_env.ts";

const python = deepEvalPython();
const ignore = python === undefined;
const suffix = ignore ? " [skipped: no DeepEval for Python, see python_env.ts]" : "";
const TEST_FILE = join(REPOSITORY_ROOT, "custom_metrics", "test_execution_accuracy.py");
const STUDY_FILE = join(REPOSITORY_ROOT, "custom_metrics", "test_study_answers.py");

// Python loads this before anything else: every attempt at a connection is noted and fails.
const NETWORK_GUARD = `
import os, socket
def note(what):
    with open(os.environ["NETWORK_LOG"], "a") as log: log.write(what + "\\n")
def connect(self, address):
    note(f"connect {address}")
    raise OSError("no network in this test")
def getaddrinfo(*args, **kwargs):
    note(f"getaddrinfo {args[:2]}")
    raise socket.gaierror("no network in this test")
socket.socket.connect = connect
socket.getaddrinfo = getaddrinfo
`;

async function runGuarded(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; output: string; connections: string }> {
  const folder = Deno.makeTempDirSync({ prefix: "lab-deepeval-" });
  try {
    Deno.writeTextFileSync(join(folder, "sitecustomize.py"), NETWORK_GUARD);
    const log = join(folder, "network.log");
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      // DeepEval leaves its records in the folder in which it runs.
      cwd: folder,
      env: {
        ...env,
        CONFIDENT_API_KEY: "confident_us_this_is_no_key",
        LAB_DENO: Deno.execPath(),
        NETWORK_LOG: log,
        PYTHONDONTWRITEBYTECODE: "1",
        PYTHONPATH: folder,
        NO_COLOR: "1",
      },
    }).output();
    const text = new TextDecoder();
    const output = text.decode(stdout) + text.decode(stderr);
    return { code, output, connections: existsSync(log) ? Deno.readTextFileSync(log) : "" };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test({
  name: `pytest passes the Python metric on the same cases, without a connection${suffix}`,
  ignore,
  fn: async () => {
    const args = ["-m", "pytest", "-q", "-p", "no:cacheprovider", TEST_FILE];
    const { code, output, connections } = await runGuarded(python!, args, {});
    assert.equal(code, 0, output);
    assert.match(output, /\b[5-9]\d passed/);
    assert.equal(connections, "");
  },
});

Deno.test({
  name: `pytest finds the recorded verdict of every answer of the sample by the metric${suffix}`,
  ignore,
  fn: async () => {
    const args = ["-m", "pytest", "-q", "-p", "no:cacheprovider", STUDY_FILE];
    const { code, output, connections } = await runGuarded(python!, args, { LAB_METRIC_STUDY: "" });
    assert.equal(code, 0, output);
    assert.match(output, /^all-linear-lr2e-3: execution accuracy of 154: official 17\.5%/m);
    assert.equal(connections, "");
  },
});

Deno.test({
  name: `pytest says in one line which study it cannot ask the metric of${suffix}`,
  ignore,
  fn: async () => {
    const args = ["-m", "pytest", "-q", "-p", "no:cacheprovider", STUDY_FILE];
    const { code, output } = await runGuarded(python!, args, { LAB_METRIC_STUDY: "no_study" });
    assert.equal(code, 1, output);
    assert.match(output, /^error: Cannot use the study "no_study": there is no such folder/m);
    assert.doesNotMatch(output, /Traceback/);
  },
});

Deno.test({
  name: `deepeval test run passes the Python metric and uploads nothing, key or not${suffix}`,
  ignore,
  fn: async () => {
    const command = join(dirname(python!), "deepeval");
    const args = ["test", "run", TEST_FILE, "-p", "no:cacheprovider"];
    const env = { DEEPEVAL_TELEMETRY_OPT_OUT: "1" };
    const { code, output, connections } = await runGuarded(command, args, env);
    assert.equal(code, 0, output);
    assert.match(output, /Execution\s/);
    assert.match(output, /Passed: [4-9] \| Failed: 0/);
    assert.equal(connections, "");
  },
});
