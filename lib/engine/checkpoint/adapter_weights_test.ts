import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../ground/mod.ts";
import { skipUnlessPython } from "../testing/reference.ts";
import { loadAdapter } from "./adapter.ts";
import type { TensorSource } from "./safetensors.ts";
import {
  DOWN,
  escaped,
  LAYER,
  QUERY,
  QUERY_ONLY,
  RANK,
  refuses,
  withAdapter,
} from "../testing/tiny_adapter.ts";
import { constantTensor } from "../testing/tiny_checkpoint.ts";

const skipped = skipUnlessPython();
const PYTHON = fileURLToPath(new URL("../../../.venv/bin/python", import.meta.url));

async function python(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(PYTHON, { args: [...args] }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** A file of tensors of two bytes a value. */
async function writeHalves(
  file: string,
  dtype: "F16" | "BF16",
  tensors: Readonly<Record<string, { shape: number[]; halves: Uint16Array }>>,
): Promise<void> {
  let end = 0;
  const header = JSON.stringify(Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, halves }]) => {
      const start = end;
      end += halves.byteLength;
      return [name, { dtype, shape, data_offsets: [start, end] }];
    }),
  ));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, header.length, true);
  const parts = [length, header, ...Object.values(tensors).map(({ halves }) => halves)];
  await Deno.writeFile(file, await new Blob(parts as BlobPart[]).bytes());
}

Deno.test("loadAdapter() reads magnitudes and biases under the names that PEFT gave them", async () => {
  const magnitude = ["", ".weight", ".default.weight"].map((end) => `magnitude_vector${end}`);
  for (const name of magnitude) {
    await withAdapter(async (dir, checkpoint) => {
      const { factors, terms } = await loadAdapter(dir, checkpoint);
      const { magnitude } = factors.get("model.layers.0.self_attn.q_proj")!;
      assert.deepEqual([terms, magnitude?.length], [["gain"], 8]);
    }, {
      config: { ...QUERY_ONLY, use_dora: true },
      tensors: [...QUERY, constantTensor(`${LAYER}.lora_${name}`, [8])],
    });
  }
  for (const name of ["B.bias", "B.default.bias"]) {
    await withAdapter(async (dir, checkpoint) => {
      const { factors, terms } = await loadAdapter(dir, checkpoint);
      const { bias } = factors.get("model.layers.0.self_attn.q_proj")!;
      assert.deepEqual([terms, bias?.[0]], [["bias"], 2 * 0.5]);
    }, {
      config: { ...QUERY_ONLY, lora_bias: true },
      tensors: [...QUERY, constantTensor(`${LAYER}.lora_${name}`, [8])],
    });
  }
});

Deno.test("loadAdapter() takes PEFT's names of tensors and refuses those that PEFT does not load", async () => {
  const renamed = (from: string, to: string): TensorSource[] =>
    [...QUERY, ...DOWN].map((tensor) => ({ ...tensor, name: tensor.name.replace(from, to) }));
  await withAdapter(async (dir, checkpoint) => {
    assert.equal((await loadAdapter(dir, checkpoint)).factors.size, 2);
  }, { tensors: renamed(".weight", ".default.weight") });
  await refuses(/named for the adapter "sql", and PEFT does not load it so: take ".sql" out/, {
    tensors: renamed(".weight", ".sql.weight"),
  });
  await refuses(/the tensor "model.layers.0.* names that begin with base_model.model./, {
    tensors: renamed("base_model.model.", ""),
  });
  await refuses(/it adapts "base_model.model.layers.0.*, which is not supported/, {
    tensors: renamed("base_model.model.model.", "base_model.model."),
  });
  await refuses(/it has both ".*lora_A.weight" and ".*lora_A.default.weight": leave one out/, {
    tensors: [...QUERY, ...DOWN, constantTensor(`${LAYER}.lora_A.default.weight`, [RANK, 8])],
  });
});

Deno.test("loadAdapter() names the tensor that holds a value that is not finite", async () => {
  for (const [i, value] of [NaN, Infinity, -Infinity].entries()) {
    const tensors = [...QUERY, ...DOWN].map((tensor, at) => ({
      ...tensor,
      values: () => at === i ? tensor.values().fill(value, -1) : tensor.values(),
    }));
    const message = `the adapter holds a value that is not finite: ${tensors[i]!.name};`;
    await refuses(new RegExp(escaped(message)), { tensors });
  }
  await refuses(/is too large for float32/, { config: { lora_alpha: 1e40 } });
});

Deno.test("loadAdapter() finds values that are not finite in half types", async () => {
  for (const [dtype, bits] of [["F16", 0x7c00], ["BF16", 0x7fc0]] as const) {
    await withAdapter(async (dir, checkpoint) => {
      const halves = new Uint16Array(RANK * 8);
      halves[5] = bits;
      await writeHalves(`${dir}/adapter_model.safetensors`, dtype, {
        [`${LAYER}.lora_A.weight`]: { shape: [RANK, 8], halves: new Uint16Array(RANK * 8) },
        [`${LAYER}.lora_B.weight`]: { shape: [8, RANK], halves },
      });
      const message = /not finite: .*q_proj.lora_B.weight;/;
      await assert.rejects(loadAdapter(dir, checkpoint), { name: UsageError.name, message });
      halves[5] = 0x3c00;
      await writeHalves(`${dir}/adapter_model.safetensors`, dtype, {
        [`${LAYER}.lora_A.weight`]: { shape: [RANK, 8], halves: new Uint16Array(RANK * 8) },
        [`${LAYER}.lora_B.weight`]: { shape: [8, RANK], halves },
      });
      assert.equal((await loadAdapter(dir, checkpoint)).factors.size, 1);
    }, { config: QUERY_ONLY });
  }
});

Deno.test({
  name: `loadAdapter() names a command that converts adapter_model.bin${skipped}`,
  ignore: skipped !== "",
  fn: () =>
    withAdapter(async (dir, checkpoint) => {
      const quoted = `${dir}/it's`;
      await Deno.mkdir(quoted);
      await Deno.copyFile(`${dir}/adapter_config.json`, `${quoted}/adapter_config.json`);
      const code = "import sys, torch, safetensors.torch as s; " +
        "torch.save(s.load_file(sys.argv[1]), sys.argv[2])";
      const weights = `${dir}/adapter_model.safetensors`;
      await python(["-c", code, weights, `${quoted}/adapter_model.bin`]);
      let command = "";
      await assert.rejects(loadAdapter(quoted, checkpoint), (error: Error) => {
        assert.match(error.message, /it has adapter_model.bin only: convert it with python -c/);
        command = error.message.slice(error.message.indexOf("python -c") + "python ".length);
        return !error.message.includes("\n");
      });
      const { success } = await new Deno.Command("sh", { args: ["-c", `${PYTHON} ${command}`] })
        .output();
      assert(success);
      const converted = await loadAdapter(quoted, checkpoint);
      assert.deepEqual(converted.factors, (await loadAdapter(dir, checkpoint)).factors);
    }),
});
