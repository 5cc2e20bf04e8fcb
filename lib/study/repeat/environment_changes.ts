import { existsSync } from "node:fs";
import { parseJson, readTextFile } from "../../ground/mod.ts";

/** A fact of what a training ran on that is another one now. */
export interface EnvironmentChange {
  /** "device", "dtype", "kernels" or the name of a package. */
  readonly fact: string;
  /** What the recording's training ran on. */
  readonly recorded: string;
  /** What this one ran on. */
  readonly now: string;
}

/** Facts that change the order in which a GPU adds, and with it the weights. */
const FACTS = ["device", "devices", "dtype", "kernels"] as const;

/**
 * What two trainings ran on otherwise: the device, number format, kernels and packages. Which machine
 * it was, and how many threads it had, are not compared.
 *
 * @param recorded The run folder of the recorded training.
 * @param now That of the one here.
 * @returns Nothing where either has no `environment.json`, as an adapter from elsewhere.
 */
export function environmentChanges(recorded: string, now: string): readonly EnvironmentChange[] {
  const paths = [recorded, now].map((dir) => `${dir}/environment.json`);
  if (!paths.every((path) => existsSync(path))) return [];
  const [before, after] = paths.map((path) => facts(parseJson(readTextFile(path), path)));
  const names = new Set([...Object.keys(before!), ...Object.keys(after!)]);
  return [...names].flatMap((fact) => {
    const [was, is] = [before![fact] ?? "none", after![fact] ?? "none"];
    return was === is ? [] : [{ fact, recorded: was, now: is }];
  });
}

function facts(environment: unknown): Readonly<Record<string, string>> {
  const { packages = {}, ...others } = environment as Readonly<Record<string, unknown>> & {
    readonly packages?: Readonly<Record<string, unknown>>;
  };
  const own = FACTS.flatMap((name) => name in others ? [[name, others[name]] as const] : []);
  return Object.fromEntries(
    [...own, ...Object.entries(packages)].map(([name, value]) => [name, `${value}`]),
  );
}
