import { loadConfig } from "../../runs/mod.ts";
import { runMini } from "./mini_run.ts";

/**
 * For tests that kill a study: runs the config of a file into a folder, in a process of its own, and
 * writes a line once its modules are loaded.
 *
 * @module
 */
const [config, out] = Deno.args;
Deno.stdout.writeSync(new TextEncoder().encode("loaded\n"));
await runMini(loadConfig(config!), out!);
