import assert from "node:assert/strict";
import { SILENT } from "../ground/mod.ts";
import { UsageError } from "../ground/mod.ts";
import {
  cudaLibraryPath,
  type CudaMajor,
  ensureCudaProvider,
  parseDriverCuda,
  providerCuda,
} from "./cuda_provider.ts";

const SHARED = "libonnxruntime_providers_shared.so";
const PROVIDER = "libonnxruntime_providers_cuda.so";
const isSupported = Deno.build.os === "linux" && Deno.build.arch === "x86_64";
const elsewhere = isSupported ? "" : " [skipped: there is no CUDA provider for this platform]";

/** A fetch that writes a provider for `cuda`, whatever was asked for. */
function fake(
  cuda: number,
  asked: CudaMajor[] = [],
): (wanted: CudaMajor, version: string, into: string) => Promise<void> {
  return async (wanted: CudaMajor, _version: string, into: string): Promise<void> => {
    asked.push(wanted);
    await Deno.writeTextFile(`${into}/${SHARED}`, "shared");
    await Deno.writeTextFile(`${into}/${PROVIDER}`, `\x7fELF libcublasLt.so.${cuda}\0`);
  };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: `ensureCudaProvider() places the provider once${elsewhere}`,
  ignore: !isSupported,
  fn: () =>
    inFolder(async (folder) => {
      const asked: CudaMajor[] = [];
      const options = { cuda: 13 as const, folder, fetch: fake(13, asked) };
      await ensureCudaProvider(SILENT, options);
      await ensureCudaProvider(SILENT, options);
      assert.deepEqual(asked, [13]);
      const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      assert.deepEqual(names, [PROVIDER, SHARED]);
      assert.equal(await providerCuda(`${folder}/${PROVIDER}`), 13);
    }),
});

Deno.test({
  name: `ensureCudaProvider() replaces a provider for another CUDA${elsewhere}`,
  ignore: !isSupported,
  fn: () =>
    inFolder(async (folder) => {
      await ensureCudaProvider(SILENT, { cuda: 13, folder, fetch: fake(13) });
      await ensureCudaProvider(SILENT, { cuda: 12, folder, fetch: fake(12) });
      assert.equal(await providerCuda(`${folder}/${PROVIDER}`), 12);
    }),
});

Deno.test({
  name: `ensureCudaProvider() leaves nothing behind when the download is a wrong one${elsewhere}`,
  ignore: !isSupported,
  fn: () =>
    inFolder(async (folder) => {
      await assert.rejects(
        ensureCudaProvider(SILENT, { cuda: 13, folder, fetch: fake(12) }),
        /the provider for CUDA 13 is one for 12/,
      );
      assert.deepEqual([...Deno.readDirSync(folder)], []);
    }),
});

Deno.test("parseDriverCuda() takes the provider that the driver runs", () => {
  assert.equal(parseDriverCuda("| Driver Version: 580.1  CUDA Version: 13.0  |"), 13);
  assert.equal(parseDriverCuda("| Driver Version: 550.2  CUDA Version: 12.4  |"), 12);
  assert.equal(parseDriverCuda("| Driver Version: 700.2  CUDA Version: 14.1  |"), 13);
});

Deno.test("parseDriverCuda() says what is wrong with the machine", () => {
  assert.throws(() => parseDriverCuda(""), /nvidia-smi finds no NVIDIA driver here/);
  assert.throws(
    () => parseDriverCuda("CUDA Version: 11.8"),
    (error: Error) => error instanceof UsageError && /driver is for CUDA 11.8/.test(error.message),
  );
});

Deno.test("cudaLibraryPath() lists the folders that hold libraries", () =>
  inFolder(async (folder) => {
    for (const path of ["nvidia/cu13/lib", "nvidia/cudnn/lib", "nvidia/cudnn/include"]) {
      await Deno.mkdir(`${folder}/${path}`, { recursive: true });
    }
    await Deno.writeTextFile(`${folder}/nvidia/cu13/lib/libcublas.so.13`, "");
    await Deno.writeTextFile(`${folder}/nvidia/cudnn/lib/libcudnn.so.9`, "");
    await Deno.writeTextFile(`${folder}/nvidia/cudnn/include/cudnn.h`, "");
    assert.equal(
      cudaLibraryPath(folder),
      `${folder}/nvidia/cu13/lib:${folder}/nvidia/cudnn/lib`,
    );
    assert.equal(cudaLibraryPath(`${folder}/elsewhere`), "");
  }));
