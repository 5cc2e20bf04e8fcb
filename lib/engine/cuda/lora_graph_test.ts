import assert from "node:assert/strict";
import { buildFake, LAYERS } from "../testing/parsed_graph.ts";

Deno.test("buildCudaGraph() takes LoRA factors and their scale as inputs", () => {
  const { main } = buildFake({ model_type: "llama" }, { loraModules: ["self_attn.q_proj"] });
  const names = main.input.map(({ name }) => name).filter((name) => name.includes("lora"));
  assert.equal(names.length, 1 + 2 * LAYERS);
  assert.ok(names.includes("lora_scale"));
});

Deno.test("buildCudaGraph() takes an adapter's gains and biases as inputs where they are asked for, and only there", () => {
  const loraModules = ["self_attn.q_proj", "mlp.down_proj"] as const;
  const fields = { model_type: "qwen2" };
  const plain = buildFake(fields, { loraModules });
  const none = buildFake(fields, { loraModules, loraTerms: [] });
  assert.deepEqual(none.bytes, plain.bytes);
  const { main, prefill, decode, bundled } = buildFake(fields, {
    loraModules,
    loraTerms: ["gain", "bias"],
  });
  const inputs = main.input.map(({ name }) => name);
  for (const term of ["lora_gain", "lora_bias"]) {
    assert.equal(inputs.filter((name) => name.endsWith(`.${term}`)).length, 2 * LAYERS);
    assert.ok(!plain.main.input.some(({ name }) => name.endsWith(`.${term}`)));
  }
  // each is scaled once a run, outside the loops, as the second factor is
  const scaled = main.node.filter(({ opType, input }) =>
    opType === "Mul" && input[1] === "lora_scale"
  );
  assert.equal(scaled.length, 3 * 2 * LAYERS);
  const casts = new Map(main.node.map(({ input, output }) => [input[0]!, output[0]!]));
  const inType = (layer: string, term: string): string => {
    const product = scaled.find(({ input }) => input[0] === `${layer}.${term}`)!;
    return casts.get(product.output[0]!)!;
  };
  for (const body of [prefill, decode, bundled]) {
    for (let layer = 0; layer < LAYERS; layer++) {
      for (const module of loraModules) {
        const name = `model.layers.${layer}.${module}`;
        const product = body.find(({ input }) => input[1] === `${name}.weight`)!.output[0]!;
        const stretch = body.find(({ input }) => input[1] === inType(name, "lora_gain"))!;
        // the base's own bias is taken out of what is stretched
        const stretched = module === "self_attn.q_proj"
          ? body.find(({ opType, input }) => opType === "Sub" && input[0] === product)!
          : undefined;
        assert.equal(stretched?.input[1], stretched && `${name}.bias`);
        assert.deepEqual(
          [stretch.opType, stretch.input[0]],
          ["Mul", stretched ? stretched.output[0] : product],
        );
        const sum = body.find(({ input }) => input[1] === stretch.output[0])!;
        assert.deepEqual([sum.opType, sum.input[0]], ["Add", product]);
        const biased = body.find(({ input }) => input[1] === inType(name, "lora_bias"))!;
        assert.deepEqual([biased.opType, biased.input[0]], ["Add", sum.output[0]]);
        const last = body.find(({ opType, input }) =>
          opType === "Gemm" && input[2] === biased.output[0]
        );
        assert.ok(last, `${name}: nothing adds the product of the factors`);
      }
    }
  }
});
