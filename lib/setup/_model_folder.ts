import { UsageError } from "../ground/mod.ts";
import type { HubFile, HubKind } from "./_hub_listing.ts";

/** The folder of a model or an adapter of the hub that is here now. */
export interface HubModel {
  /** The folder. */
  readonly dir: string;
  /** The commit that it is of: 40 hexadecimal digits, whatever branch or tag was asked for. */
  readonly revision: string;
}

/** What is written into such a folder when it is whole. */
export interface ModelMarker {
  readonly id: string;
  /** Left out for a model. A repository can be both, and its two folders have other files. */
  readonly kind?: "adapter";
  /** The commit. */
  readonly revision: string;
  /** What was asked for, such as `main`. */
  readonly asked: string;
  readonly files: readonly HubFile[];
}

const MARKER = "lab_source.json";

/** Marks a folder as whole. */
export async function markModelFolder(dir: string, marker: ModelMarker): Promise<void> {
  await Deno.writeTextFile(`${dir}/${MARKER}`, JSON.stringify(marker, null, 2) + "\n");
}

/**
 * The folder that an earlier run made of a model (or an adapter, by `kind`) at a commit, or the
 * latest of those that were made when the branch or tag was asked for.
 *
 * @throws {UsageError} If the folder is there and not whole any more.
 */
export async function findModelFolder(
  modelsDir: string,
  { id, revision, kind = "model" }: {
    readonly id: string;
    readonly revision: string;
    readonly kind?: HubKind;
  },
): Promise<HubModel | undefined> {
  const names = await Array.fromAsync(Deno.readDir(modelsDir), ({ name }) => name).catch(() => []);
  const found: { readonly dir: string; readonly marker: ModelMarker; readonly madeMs: number }[] =
    [];
  for (const name of names) {
    const dir = `${modelsDir}/${name}`;
    if (!name.startsWith(id.replaceAll("/", "--")) || name.endsWith(".part")) continue;
    const marker = await readMarker(dir);
    if (marker?.id !== id || (marker.kind ?? "model") !== kind) continue;
    if (![marker.revision, marker.asked].includes(revision)) continue;
    const { mtime } = await Deno.stat(`${dir}/${MARKER}`);
    found.push({ dir, marker, madeMs: mtime?.getTime() ?? 0 });
  }
  const latest = found.sort((x, y) => y.madeMs - x.madeMs)[0];
  if (!latest) return undefined;
  const { dir, marker } = latest;
  for (const { name, bytes } of marker.files) {
    const stat = await Deno.stat(`${dir}/${name}`).catch(() => undefined);
    if (stat?.size === bytes) continue;
    throw new UsageError(
      `Cannot use the ${kind} in ${dir}: ${name} is missing or has changed: ` +
        "remove the folder and run again",
    );
  }
  return { dir, revision: marker.revision };
}

async function readMarker(dir: string): Promise<ModelMarker | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(`${dir}/${MARKER}`));
  } catch {
    return undefined;
  }
}
