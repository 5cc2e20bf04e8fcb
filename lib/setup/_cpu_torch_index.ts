const CPU_TORCH_INDEX = "https://download.pytorch.org/whl/cpu";
const REACH_TIMEOUT_MS = 5_000;

/**
 * Options that make pip take torch's build for the CPU: PyPI's own brings
 * gigabytes of CUDA. None where PyTorch's index cannot be reached, since pip
 * would ask it in vain for every package.
 */
export async function cpuTorchIndex(): Promise<readonly string[]> {
  try {
    const signal = AbortSignal.timeout(REACH_TIMEOUT_MS);
    const response = await fetch(`${CPU_TORCH_INDEX}/torch/`, { method: "HEAD", signal });
    await response.body?.cancel();
    return response.ok ? ["--extra-index-url", CPU_TORCH_INDEX] : [];
  } catch {
    return [];
  }
}
