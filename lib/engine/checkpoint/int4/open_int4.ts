import { Buffer } from "node:buffer";
import { basename, dirname } from "node:path";
import {
  environmentReason,
  sha256Of,
  sha256OfFile,
  sleep,
  tryLockFile,
  UsageError,
} from "../../../ground/mod.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { readStored } from "../safetensors.ts";
import { type Int4Layout, int4Layout } from "./int4_layout.ts";
import { dataHash, writeInt4 } from "./write_int4.ts";

/** Why a file of 4-bit weights is made. */
export type Int4Reason =
  | "there are none yet"
  | "those that were there are of other weights or of an older scheme"
  | "those that were there are damaged";

/** What {@linkcode openInt4Checkpoint} tells while it makes a file. */
export type Int4Event =
  | { readonly kind: "making"; readonly path: string; readonly reason: Int4Reason }
  | {
    readonly kind: "made";
    readonly path: string;
    /** Bytes of the file. */
    readonly bytes: number;
    readonly seconds: number;
  };

/** Options of {@linkcode openInt4Checkpoint}. */
export interface Int4Options {
  /** SHA-256 of the checkpoint's weight files by name, where they are known; read anew when left out. */
  readonly hashes?: Readonly<Record<string, string>>;
  /** Folder for the file where that of the weights cannot be written; none when left out. */
  readonly cache?: string;
  /** Told before a file is made, and after. */
  readonly onMake?: (event: Int4Event) => void;
}

const NAME_DIGITS = 12;
const WAIT_MS = 500;

/**
 * The checkpoint with its decoder layers' linear layers in 4 bits, for an
 * engine to open: another model than the checkpoint, with a file of its own.
 *
 * The file is made once, beside the weights, or in the cache folder where
 * theirs cannot be written, even if it has a file: an engine writes its graph
 * beside it. It has all that a graph reads. It says which weights and which
 * scheme it was made from and the SHA-256 of its content; all of it is checked
 * whenever it is opened, and a file that is of other weights, older or damaged
 * is made again. One process makes it, others wait.
 *
 * @throws {UsageError} If a weight is not finite, or the file cannot be written anywhere.
 */
export async function openInt4Checkpoint(
  checkpoint: Checkpoint,
  { hashes, cache, onMake }: Int4Options = {},
): Promise<Checkpoint> {
  const source = await sourceHashes(checkpoint, hashes);
  const unwritable: Place[] = [];
  let failure = "";
  for (const path of await places(checkpoint, cache)) {
    const place = { path, layout: int4Layout(checkpoint, { file: path, source }) };
    const refusal = await whyUnwritable(path);
    if (refusal !== undefined) {
      unwritable.push(place);
      failure ||= refusal;
      continue;
    }
    if (await fault(place) !== undefined) await makeOnce(checkpoint, { ...place, tell: onMake });
    return withInt4(checkpoint, place);
  }
  // an engine that finds its graph there as well writes nothing
  for (const place of unwritable) {
    if (await fault(place) === undefined) return withInt4(checkpoint, place);
  }
  throw new UsageError(`Cannot make 4-bit weights of "${checkpoint.dir}": ${failure}`);
}

/** A file and what has to be in it. */
interface Place {
  readonly path: string;
  readonly layout: Int4Layout;
}

function withInt4(
  checkpoint: Checkpoint,
  { path, layout: { weights, copied } }: Place,
): Checkpoint {
  const { tensors } = checkpoint;
  // a weight in 4 bits keeps its entry for its shape
  const shapes = [...weights.keys()].map((name) => [name, tensors.get(name)!] as const);
  return {
    ...checkpoint,
    tensors: new Map([...copied, ...shapes]),
    files: [path],
    int4: weights,
  };
}

async function sourceHashes(
  { files }: Checkpoint,
  known: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const source: Record<string, string> = {};
  for (const file of files) {
    source[basename(file)] = known[basename(file)] ?? await sha256OfFile(file);
  }
  return source;
}

/** Where the file may lie: beside the weights, then in the cache, in a folder for each place of weights. */
async function places({ files }: Checkpoint, cache: string | undefined): Promise<string[]> {
  const real = await Promise.all(files.map((file) => Deno.realPath(file)));
  const folder = dirname(real[0]!);
  // not *.safetensors: other programs take all of those in a folder for the model's own
  const name = `weights.int4.${short(real.map((file) => basename(file)).join("\n"))}`;
  return [`${folder}/${name}`, ...(cache ? [`${cache}/${short(folder)}/${name}`] : [])];
}

function short(text: string): string {
  return sha256Of(text).slice(0, NAME_DIGITS);
}

/** Why a file is not the one that is wanted; undefined if it is. */
async function fault({ path, layout }: Place): Promise<Int4Reason | undefined> {
  const stat = await Deno.stat(path).catch(() => undefined);
  if (!stat?.isFile) return "there are none yet";
  const other = "those that were there are of other weights or of an older scheme";
  if (stat.size < layout.dataStart) return other;
  const header = await readStored({ file: path, offset: 0, length: layout.dataStart });
  const sha256 = /"sha256":"([0-9a-f]{64})"/.exec(new TextDecoder().decode(header))?.[1];
  if (sha256 === undefined || Buffer.compare(header, layout.header(sha256)) !== 0) return other;
  const whole = stat.size === layout.size && await dataHash(path, layout) === sha256;
  return whole ? undefined : "those that were there are damaged";
}

/** Why nothing can be written into a file's folder; undefined if it can. */
async function whyUnwritable(path: string): Promise<string | undefined> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const lock = tryLockFile(path);
    if (!("holder" in lock)) lock[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Makes the file once its lock is free, unless another process has made it meanwhile. */
async function makeOnce(
  checkpoint: Checkpoint,
  { tell, ...place }: Place & Pick<MakeOptions, "tell">,
): Promise<void> {
  let lock = tryLockFile(place.path);
  while ("holder" in lock) {
    await sleep(WAIT_MS);
    lock = tryLockFile(place.path);
  }
  using _held = lock;
  const reason = await fault(place);
  if (reason !== undefined) await make(checkpoint, { ...place, tell, reason });
}

interface MakeOptions extends Place {
  readonly tell: Int4Options["onMake"];
  readonly reason: Int4Reason;
}

/** Writes the file under another name first, so that it is whole or absent. */
async function make(
  checkpoint: Checkpoint,
  { path, layout, tell, reason }: MakeOptions,
): Promise<void> {
  tell?.({ kind: "making", path, reason });
  const start = performance.now();
  const part = `${path}.part`;
  try {
    await writeInt4(checkpoint, { layout, path: part });
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {}); // it may not be there; the first error is the one to report
    const why = environmentReason(error);
    if (why === undefined) throw error;
    throw new UsageError(`Cannot write the 4-bit weights "${path}": ${why}`);
  }
  const seconds = (performance.now() - start) / 1000;
  tell?.({ kind: "made", path, bytes: layout.size, seconds });
}
