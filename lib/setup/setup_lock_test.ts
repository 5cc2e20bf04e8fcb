import assert from "node:assert/strict";
import { type Progress, SILENT } from "../ground/mod.ts";
import { setupLock } from "./_setup_lock.ts";

function listener(): { readonly progress: Progress; readonly notes: string[] } {
  const notes: string[] = [];
  return { notes, progress: { ...SILENT, note: (text: string) => void notes.push(text) } };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("setupLock is had at once where nobody has it, and leaves nothing", () =>
  inFolder(async (folder) => {
    const { progress, notes } = listener();
    {
      using _lock = await setupLock(`${folder}/new/model`, { progress });
    }
    assert.deepEqual(notes, []);
    assert.deepEqual([...Deno.readDirSync(`${folder}/new`)], []);
  }));

Deno.test("setupLock waits for the one that has it, and says so once", () =>
  inFolder(async (folder) => {
    const { progress, notes } = listener();
    const order: string[] = [];
    const first = await setupLock(`${folder}/model`, { progress });
    const second = setupLock(`${folder}/model`, { progress }).then((lock) => {
      order.push("second");
      lock[Symbol.dispose]();
    });
    await new Promise((resolve) => setTimeout(resolve, 1200));
    order.push("first");
    first[Symbol.dispose]();
    await second;
    assert.deepEqual(order, ["first", "second"]);
    assert.deepEqual(notes, [`waiting for process ${Deno.pid}, which is making ${folder}/model`]);
  }));

Deno.test("setupLock stops waiting when it is told to", () =>
  inFolder(async (folder) => {
    using _first = await setupLock(`${folder}/model`, { progress: SILENT });
    const stop = new AbortController();
    const waiting = setupLock(`${folder}/model`, { progress: SILENT, signal: stop.signal });
    const reason = new Error("stopped");
    stop.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
  }));
