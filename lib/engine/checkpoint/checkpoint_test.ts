import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { writeSafetensors } from "./safetensors.ts";
import {
  constantTensor,
  TINY_CONFIG,
  type TinyCheckpointOptions,
  tinyTensors,
  withTinyCheckpoint,
} from "../testing/tiny_checkpoint.ts";

function refuses(message: RegExp, options: TinyCheckpointOptions): Promise<void> {
  return withTinyCheckpoint(
    (dir) => assert.rejects(openCheckpoint(dir), { name: UsageError.name, message }),
    options,
  );
}

Deno.test("openCheckpoint() finds every tensor of the model", () =>
  withTinyCheckpoint(async (dir) => {
    const { config, tensors, files } = await openCheckpoint(dir);
    assert.equal(config.layers, 2);
    assert.equal(tensors.size, tinyTensors().length);
    assert.equal(files.length, 1);
  }));

Deno.test("openCheckpoint() reads the shards that the index lists", () =>
  withTinyCheckpoint(async (dir) => {
    const tensors = tinyTensors();
    const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    await writeSafetensors(`${dir}/${shards[0]}`, tensors.slice(0, 5));
    await writeSafetensors(`${dir}/${shards[1]}`, tensors.slice(5));
    await Deno.remove(`${dir}/model.safetensors`);
    const weight_map = Object.fromEntries(
      tensors.map(({ name }, i) => [name, shards[i < 5 ? 0 : 1]]),
    );
    const index = `${dir}/model.safetensors.index.json`;
    await Deno.writeTextFile(index, JSON.stringify({ metadata: {}, weight_map }));
    const checkpoint = await openCheckpoint(dir);
    assert.equal(checkpoint.tensors.size, tensors.length);
    assert.equal(checkpoint.files.length, 2);

    await Deno.remove(`${dir}/${shards[1]}`);
    await assert.rejects(openCheckpoint(dir), {
      name: UsageError.name,
      message: /model-00002-of-00002.safetensors.*does not exist/,
    });
  }));

Deno.test("openCheckpoint() follows links to weights that lie elsewhere under another name", () =>
  withTinyCheckpoint(async (dir) => {
    await Deno.mkdir(`${dir}/blobs`);
    await Deno.rename(`${dir}/model.safetensors`, `${dir}/blobs/0123abcd`);
    await Deno.symlink("blobs/0123abcd", `${dir}/model.safetensors`);
    const { tensors } = await openCheckpoint(dir);
    assert.match(tensors.get("model.norm.weight")!.file, /blobs\/0123abcd$/);
  }));

Deno.test("openCheckpoint() refuses a folder without a model, or with a broken config.json", async () => {
  await assert.rejects(openCheckpoint("/nonexistent"), {
    name: UsageError.name,
    message: /there is no "\/nonexistent\/config.json"/,
  });
  await withTinyCheckpoint(async (dir) => {
    await Deno.writeTextFile(`${dir}/config.json`, "{");
    await assert.rejects(openCheckpoint(dir), { name: UsageError.name, message: /is not JSON/ });
    await Deno.writeTextFile(`${dir}/config.json`, JSON.stringify(TINY_CONFIG));
    await Deno.writeTextFile(`${dir}/generation_config.json`, "[]");
    await assert.rejects(openCheckpoint(dir), {
      name: UsageError.name,
      message: /generation_config\.json" holds no object/,
    });
  });
});

Deno.test("openCheckpoint() refuses weights that lack a tensor, naming it", () =>
  refuses(/lack the tensor "model.norm.weight"/, { tensors: tinyTensors().slice(0, -1) }));

Deno.test("openCheckpoint() refuses an untied model without an output layer", () =>
  refuses(/lack the tensor "lm_head.weight"/, {
    config: { ...TINY_CONFIG, tie_word_embeddings: false },
  }));

Deno.test("openCheckpoint() refuses a tensor of another shape than config.json says", () =>
  refuses(/"model.embed_tokens.weight" has shape \[16,8\], config.json says \[17,8\]/, {
    config: { ...TINY_CONFIG, vocab_size: 17 },
  }));

Deno.test("openCheckpoint() refuses a tensor that the model has no place for", async () => {
  const name = "model.layers.0.self_attn.q_proj.bias";
  await refuses(/has no tensor "model.layers.0.self_attn.q_proj.bias"/, {
    tensors: [...tinyTensors(), constantTensor(name, [8])],
  });
  // a copy of tied embeddings and tables that can be computed are no loss
  await withTinyCheckpoint(async (dir) => void await openCheckpoint(dir), {
    tensors: [
      ...tinyTensors(),
      constantTensor("lm_head.weight", [16, 8]),
      constantTensor("model.layers.0.self_attn.rotary_emb.inv_freq", [2]),
    ],
  });
});

const OTHER_HEAD = {
  ...constantTensor("lm_head.weight", [16, 8]),
  values: (): Float32Array => new Float32Array(128).fill(0.25),
};

Deno.test("openCheckpoint() uses a model's own output layer although config.json says tied", async () => {
  const tied = async (tensors: TinyCheckpointOptions["tensors"]): Promise<boolean> => {
    let found: boolean | undefined;
    await withTinyCheckpoint(async (dir) => {
      found = (await openCheckpoint(dir)).config.tieWordEmbeddings;
    }, { tensors: tensors! });
    return found!;
  };
  assert.equal(await tied(tinyTensors()), true);
  assert.equal(await tied([...tinyTensors(), constantTensor("lm_head.weight", [16, 8])]), true);
  assert.equal(await tied([...tinyTensors(), OTHER_HEAD]), false);
});

Deno.test("openCheckpoint() of tied weights takes the output layer for the embeddings if it is alone", () =>
  withTinyCheckpoint(async (dir) => {
    const { config, tensors } = await openCheckpoint(dir);
    assert.equal(config.tieWordEmbeddings, true);
    assert.equal(tensors.get("model.embed_tokens.weight"), tensors.get("lm_head.weight"));
  }, { tensors: [...tinyTensors().slice(1), OTHER_HEAD] }));

Deno.test("openCheckpoint() refuses a tied model whose own output layer has another shape", () =>
  refuses(/"lm_head.weight" has shape \[17,8\], config.json says \[16,8\]/, {
    tensors: [...tinyTensors(), constantTensor("lm_head.weight", [17, 8])],
  }));

Deno.test("openCheckpoint() reads model.safetensors where old shards and their index lie beside it", () =>
  withTinyCheckpoint(async (dir) => {
    const old = tinyTensors();
    await writeSafetensors(`${dir}/model-00001-of-00001.safetensors`, old);
    const weight_map = Object.fromEntries(
      old.map(({ name }) => [name, "model-00001-of-00001.safetensors"]),
    );
    const index = `${dir}/model.safetensors.index.json`;
    await Deno.writeTextFile(index, JSON.stringify({ weight_map }));
    const { files } = await openCheckpoint(dir);
    assert.deepEqual(files.map((file) => file.split("/").at(-1)), ["model.safetensors"]);
    // an index whose shards are gone is no fault either
    await Deno.remove(`${dir}/model-00001-of-00001.safetensors`);
    assert.equal((await openCheckpoint(dir)).files.length, 1);
  }));

Deno.test("openCheckpoint() refuses an index that names what is no file of the folder", () =>
  withTinyCheckpoint(async (dir) => {
    await Deno.remove(`${dir}/model.safetensors`);
    for (
      const [map, message] of [
        [{ a: "../other/model.safetensors" }, /names "\.\.\/other/],
        [{ a: 7 }, /names 7/],
        [{}, /names no files/],
        [[], /names no files/],
      ] as const
    ) {
      await Deno.writeTextFile(
        `${dir}/model.safetensors.index.json`,
        JSON.stringify({ weight_map: map }),
      );
      await assert.rejects(openCheckpoint(dir), { name: UsageError.name, message });
    }
  }));

Deno.test("openCheckpoint() says how weights of a .bin file are converted", () =>
  withTinyCheckpoint(async (dir) => {
    await Deno.rename(`${dir}/model.safetensors`, `${dir}/pytorch_model.bin`);
    await assert.rejects(openCheckpoint(dir), {
      name: UsageError.name,
      message: /in .bin files alone; convert them: python -c .*save_pretrained/,
    });
  }));

Deno.test("openCheckpoint() says what lies in the folder in place of the weights", () =>
  withTinyCheckpoint(async (dir) => {
    let name = "model.safetensors";
    for (
      const [next, message] of [
        [
          "model-00001-of-00002.safetensors",
          /no model\.safetensors\.index\.json, which says what "m/,
        ],
        [
          "consolidated.safetensors",
          /"consolidated\.safetensors" is not read: take .*transformers/,
        ],
        ["model-q4.gguf", /"model-q4\.gguf" is not read/],
        ["adapter_model.safetensors", /it is the folder of an adapter, which needs a base model/],
        ["weights", /there is no model\.safetensors and no model\..*index\.json: download/],
      ] as const
    ) {
      await Deno.rename(`${dir}/${name}`, `${dir}/${name = next}`);
      await assert.rejects(openCheckpoint(dir), { name: UsageError.name, message });
    }
    await Deno.symlink("gone", `${dir}/model.safetensors`);
    await assert.rejects(openCheckpoint(dir), /model\.safetensors": the file does not exist/);
    await Deno.remove(`${dir}/model.safetensors`);
    await Deno.writeTextFile(`${dir}/model.safetensors.index.json`, '{"metadata":{}}');
    await assert.rejects(openCheckpoint(dir), {
      name: UsageError.name,
      message: /index\.json names no files in its "weight_map"/,
    });
  }));

Deno.test("openCheckpoint() says that a weight file is a pointer of Git LFS", () =>
  withTinyCheckpoint(async (dir) => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    await Deno.writeTextFile(`${dir}/model.safetensors`, pointer);
    await assert.rejects(openCheckpoint(dir), {
      name: UsageError.name,
      message: /model\.safetensors": it is a pointer of Git LFS.*git lfs pull/,
    });
  }));

/** The tiny model's tensors under other names. */
function renamed(name: (name: string) => string): TinyCheckpointOptions {
  return { tensors: tinyTensors().map((tensor) => ({ ...tensor, name: name(tensor.name) })) };
}

Deno.test("openCheckpoint() finds the tensors of a decoder that was saved without its output layer", async () => {
  const decoder = renamed((name) => name.replace(/^model\./, ""));
  const open = async (dir: string): Promise<void> => {
    const { tensors } = await openCheckpoint(dir);
    assert.deepEqual([...tensors.keys()].sort(), tinyTensors().map(({ name }) => name).sort());
  };
  await withTinyCheckpoint(open, decoder);
  // an untied one has no output layer that could answer, unless it is there
  const untied = { ...TINY_CONFIG, tie_word_embeddings: false };
  await refuses(/lack the tensor "lm_head.weight"$/, { ...decoder, config: untied });
  await withTinyCheckpoint(async (dir) => void await openCheckpoint(dir), {
    config: untied,
    tensors: [...decoder.tensors!, constantTensor("lm_head.weight", [16, 8])],
  });
});

Deno.test("openCheckpoint() names the prefix that a model's tensors have and should not", () =>
  refuses(/it has "_orig_mod\.model\.embed_tokens\.weight": take "_orig_mod\." out of its/, {
    ...renamed((name) => `_orig_mod.${name}`),
  }));
