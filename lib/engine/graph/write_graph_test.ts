import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { openCheckpoint } from "../checkpoint/checkpoint.ts";
import { withTinyCheckpoint } from "../testing/tiny_checkpoint.ts";
import { writeGraph } from "./write_graph.ts";

const GRAPH = Uint8Array.of(1, 2, 3);

Deno.test("writeGraph() names the file by content and device, and writes it once", () =>
  withTinyCheckpoint(async (dir) => {
    const checkpoint = await openCheckpoint(dir);
    const path = await writeGraph(checkpoint, GRAPH, "cpu");
    assert.deepEqual(await Deno.readFile(path), GRAPH);
    const { mtime } = await Deno.stat(path);
    assert.equal(await writeGraph(checkpoint, GRAPH, "cpu"), path);
    assert.deepEqual((await Deno.stat(path)).mtime, mtime);
    assert.notEqual(await writeGraph(checkpoint, GRAPH, "cuda"), path);
    assert.notEqual(await writeGraph(checkpoint, Uint8Array.of(4), "cpu"), path);
    assert(![...Deno.readDirSync(dir)].some(({ name }) => name.endsWith(".part")));
  }));

Deno.test("writeGraph() writes beside the weights that a link points to", () =>
  withTinyCheckpoint(async (dir) => {
    await Deno.mkdir(`${dir}/blobs`);
    await Deno.rename(`${dir}/model.safetensors`, `${dir}/blobs/0123abcd`);
    await Deno.symlink("blobs/0123abcd", `${dir}/model.safetensors`);
    const path = await writeGraph(await openCheckpoint(dir), GRAPH, "cpu");
    assert.match(path, /blobs\/graph\.cpu\.\w+\.onnx$/);
  }));

Deno.test("writeGraph() refuses weights in several folders and a folder that it cannot write", () =>
  withTinyCheckpoint(async (dir) => {
    const checkpoint = await openCheckpoint(dir);
    const usage = { name: UsageError.name };
    await Deno.mkdir(`${dir}/other`);
    await Deno.copyFile(checkpoint.files[0]!, `${dir}/other/model.safetensors`);
    const files = [checkpoint.files[0]!, `${dir}/other/model.safetensors`];
    await assert.rejects(writeGraph({ ...checkpoint, files }, GRAPH, "cpu"), {
      ...usage,
      message: /its weights lie in 2 folders/,
    });
    // a folder in the place of the temporary file stands for a disk that cannot be written
    const path = await writeGraph(checkpoint, GRAPH, "cpu");
    await Deno.remove(path);
    await Deno.mkdir(`${path}.${Deno.pid}.part`);
    await assert.rejects(writeGraph(checkpoint, GRAPH, "cpu"), {
      ...usage,
      message: /Cannot write the graph beside the weights/,
    });
  }));
