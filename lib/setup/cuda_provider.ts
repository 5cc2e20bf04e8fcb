import { createRequire } from "node:module";
import { dirname } from "node:path";
import { type Progress, UsageError } from "../ground/mod.ts";
import { downloadWheel } from "./_download_wheel.ts";
import { setupLock } from "./_setup_lock.ts";
import { runCommand } from "./run_command.ts";

/** Major versions of CUDA that there is a provider for. */
export type CudaMajor = 12 | 13;

/** Options of {@linkcode ensureCudaProvider}, for tests. */
export interface CudaProviderOptions {
  /** The CUDA version of the driver; asked of `nvidia-smi` when left out. */
  readonly cuda?: CudaMajor;
  /** The folder of `libonnxruntime.so.1`; that of the installed `onnxruntime-node` when left out. */
  readonly folder?: string;
  /** Puts the provider's files for CUDA into a folder. */
  readonly fetch?: (cuda: CudaMajor, version: string, into: string) => Promise<void>;
}

const FILES = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"] as const;
/** A library that the provider names in its first megabytes, and that has CUDA's version in its name. */
const CUDA_LIBRARY = /libcublasLt\.so\.(\d+)/;
const SCANNED_BYTES = 8 * 2 ** 20;

/**
 * Puts the CUDA provider beside ONNX Runtime's library, or finds it there. It
 * must be of exactly the library's version and of the driver's CUDA version:
 * for CUDA 13 it comes out of the PyPI wheel `onnxruntime-gpu`, for CUDA 12
 * `onnxruntime-node`'s own install script fetches it. Two setups at once wait for each other.
 *
 * @throws {UsageError} If the machine has no NVIDIA driver, or one that no provider supports, or
 * the download fails.
 */
export async function ensureCudaProvider(
  progress: Progress,
  options: CudaProviderOptions = {},
): Promise<void> {
  const cuda = options.cuda ?? await driverCuda();
  const { version, ...installed } = installedLibrary();
  const folder = options.folder ?? installed.folder;
  const isPlaced = async (): Promise<boolean> =>
    await providerCuda(`${folder}/${FILES[1]}`) === cuda;
  const reused = (): void => progress.note(`reused the CUDA ${cuda} provider of ONNX Runtime`);
  if (await isPlaced()) return reused();
  using _lock = await setupLock(`${folder}/${FILES[1]}`, { progress });
  if (await isPlaced()) return reused();
  progress.step(`CUDA ${cuda} provider of ONNX Runtime ${version}: downloading (250 MB)`);
  const work = await Deno.makeTempDir({ dir: folder, prefix: ".provider-" });
  try {
    await (options.fetch ?? fetcher(progress))(cuda, version, work);
    const found = await providerCuda(`${work}/${FILES[1]}`);
    if (found !== cuda) {
      throw new Error(
        `Cannot set up the GPU: the provider for CUDA ${cuda} is one for ${found ?? "no CUDA"}`,
      );
    }
    // the provider is what is looked for, so it comes last
    for (const file of FILES) await Deno.rename(`${work}/${file}`, `${folder}/${file}`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** The CUDA version that a provider library was built for; undefined where there is none. */
export async function providerCuda(path: string): Promise<number | undefined> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  using input = file;
  const bytes = new Uint8Array(SCANNED_BYTES);
  let length = 0;
  for (let n: number | null = 0; n !== null && length < bytes.length; length += n) {
    n = await input.read(bytes.subarray(length));
    if (n === null) break;
  }
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, length));
  const major = text.match(CUDA_LIBRARY)?.[1];
  return major ? Number(major) : undefined;
}

/**
 * The newest CUDA major version that the machine's driver runs.
 *
 * @throws {UsageError} If there is no driver, or one older than CUDA 12.
 */
export async function driverCuda(): Promise<CudaMajor> {
  let text: string;
  try {
    const { stdout } = await new Deno.Command("nvidia-smi", { stderr: "null" }).output();
    text = new TextDecoder().decode(stdout);
  } catch {
    text = "";
  }
  return parseDriverCuda(text);
}

/** Reads the CUDA version out of what `nvidia-smi` prints; see {@linkcode driverCuda}. */
export function parseDriverCuda(text: string): CudaMajor {
  const [, version, major] = text.match(/CUDA (?:UMD )?Version:\s*((\d+)\.\d+)/) ?? [];
  if (!version) {
    throw new UsageError("Cannot set up the GPU: nvidia-smi finds no NVIDIA driver here");
  }
  if (Number(major) < 12) {
    throw new UsageError(
      `Cannot set up the GPU: its driver is for CUDA ${version}, and ONNX Runtime needs CUDA 12 ` +
        "or later; install a newer NVIDIA driver",
    );
  }
  return Number(major) >= 13 ? 13 : 12;
}

/**
 * The folders below a Python environment's packages that hold CUDA's libraries
 * (PyTorch for CUDA brings them), as a value for LD_LIBRARY_PATH; "" where
 * there are none.
 */
export function cudaLibraryPath(sitePackages: string): string {
  const folders: string[] = [];
  const visit = (folder: string, depth: number): void => {
    let entries: Deno.DirEntry[];
    try {
      entries = [...Deno.readDirSync(folder)];
    } catch {
      return;
    }
    if (entries.some(({ name }) => /^lib.+\.so(\.\d+)*$/.test(name))) folders.push(folder);
    if (depth === 0) return;
    for (const { name, isDirectory } of entries) {
      if (isDirectory) visit(`${folder}/${name}`, depth - 1);
    }
  };
  visit(`${sitePackages}/nvidia`, 2);
  return folders.sort().join(":");
}

/** Where the installed ONNX Runtime library and its install script are, and its version. */
function installedLibrary(): {
  readonly folder: string;
  readonly script: string;
  readonly version: string;
} {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new UsageError(
      `Cannot set up the GPU: there is a CUDA provider for Linux on x86-64, not for ` +
        `${Deno.build.os} on ${Deno.build.arch}`,
    );
  }
  const path = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
  const { version } = JSON.parse(Deno.readTextFileSync(path)) as { version: string };
  const root = dirname(path);
  return {
    folder: `${root}/bin/napi-v6/linux/x64`,
    script: `${root}/script/install.js`,
    version,
  };
}

function fetcher(progress: Progress): NonNullable<CudaProviderOptions["fetch"]> {
  return (cuda, version, into) =>
    cuda === 13 ? fetchFromWheel(version, into, progress) : fetchByInstallScript(into);
}

async function fetchFromWheel(version: string, into: string, progress: Progress): Promise<void> {
  await downloadWheel(into, {
    what: "the CUDA provider",
    requirement: `onnxruntime-gpu==${version}`,
    args: [
      // any interpreter's wheel will do: only the two libraries are taken out of it
      ...["--python-version", "3.12", "--implementation", "cp"],
      ...["--platform", "manylinux_2_27_x86_64", "--platform", "manylinux_2_28_x86_64"],
    ],
    wanted: (name) => FILES.some((file) => name.endsWith(`/${file}`)),
  }, progress);
  for (const file of FILES) {
    await Deno.rename(`${into}/onnxruntime/capi/${file}`, `${into}/${file}`);
  }
}

async function fetchByInstallScript(into: string): Promise<void> {
  const { folder, script } = installedLibrary();
  // the script keeps files that are there, whatever CUDA they are for
  for (const file of FILES) await Deno.remove(`${folder}/${file}`).catch(() => undefined);
  const { code, lastLines } = await runCommand(Deno.execPath(), [
    ...["run", "-A", script],
    "--onnxruntime-node-install=cuda12",
  ]);
  if (code !== 0) {
    throw new UsageError(`Cannot fetch the CUDA 12 provider (${script}): ${lastLines.at(-1)}`);
  }
  for (const file of FILES) await Deno.copyFile(`${folder}/${file}`, `${into}/${file}`);
}
