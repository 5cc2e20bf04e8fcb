import { existsSync } from "node:fs";
import { parseJson, readTextFile, UsageError } from "../../ground/mod.ts";
import { ENVIRONMENT_FILE } from "../training/training_runs.ts";

/** A fact of what a training ran on that is another one now, or that one of the two does not name. */
export interface EnvironmentChange {
  /** "device", "devices", "dtype", "kernels" or the name of a package. */
  readonly fact: string;
  /** What the recording's training ran on; absent where its file does not say. */
  readonly recorded?: string;
  /** What this one ran on; absent where its file does not say. */
  readonly now?: string;
}

/** What a training ran on, by the names of {@linkcode EnvironmentChange.fact}. */
export type Environment = ReadonlyMap<string, string>;

/** Facts that change the order in which a GPU adds, and with it the weights. */
const FACTS = ["device", "devices", "dtype", "kernels"] as const;

/**
 * What a training ran on: the device, number format, kernels and packages. Which machine it was, and
 * how many threads it had, is left out.
 *
 * @param dir Its run folder.
 * @returns Undefined where it has no `environment.json`, as an adapter from elsewhere.
 * @throws {UsageError} If the file cannot be read or is of another form.
 */
export function readEnvironment(dir: string): Environment | undefined {
  const path = `${dir}/${ENVIRONMENT_FILE}`;
  if (!existsSync(path)) return undefined;
  const environment = fields(parseJson(readTextFile(path), path), path, "it");
  const { packages = {} } = environment;
  const own = FACTS.filter((name) => name in environment).map((name) =>
    [name, environment[name]] as const
  );
  const named = [...own, ...Object.entries(fields(packages, path, '"packages"'))];
  return new Map(named.map(([name, value]) => {
    if (typeof value !== "string" && typeof value !== "number") {
      throw new UsageError(`Cannot read ${path}: "${name}" is not a text or a number`);
    }
    return [name, `${value}`];
  }));
}

/** What two trainings ran on otherwise, or cannot be told to have run on alike. */
export function environmentChanges(
  recorded: Environment,
  now: Environment,
): readonly EnvironmentChange[] {
  const names = new Set([...recorded.keys(), ...now.keys()]);
  return [...names].flatMap((fact) => {
    const [was, is] = [recorded.get(fact), now.get(fact)];
    if (was === is) return [];
    return [{
      fact,
      ...(was === undefined ? {} : { recorded: was }),
      ...(is === undefined ? {} : { now: is }),
    }];
  });
}

function fields(value: unknown, path: string, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`Cannot read ${path}: ${what} is not a JSON object`);
  }
  return value as Readonly<Record<string, unknown>>;
}
