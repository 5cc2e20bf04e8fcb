/// <reference lib="dom" />
import type { ChangesBlock, StudyBlock } from "../format.ts";
import { noticeText, readAddress, settleView } from "./address.ts";
import { App } from "./app.ts";
import { jsonBlock } from "./blocks.ts";
import { connect } from "./controls.ts";
import { byId, el, refill } from "./dom.ts";
import { frame } from "./frame.ts";
import { helpDialog } from "./help.ts";
import { keptTheme } from "./theme.ts";
import type { View } from "./view.ts";

async function start(): Promise<void> {
  const study = await jsonBlock<StudyBlock>("study");
  const changes = await jsonBlock<ChangesBlock>("changes");
  const help = helpDialog(study);
  refill(byId("app"), ...frame(study), help);
  const start: View = {
    tab: study.sql ? "sql" : "choices",
    from: study.variants[study.first.from]!.name,
    to: study.variants[study.first.to]!.name,
    prompt: study.sql?.prompts[0] ?? "",
    kind: "broken",
    filters: new Map(),
    query: "",
    id: "",
    marks: "gold",
  };
  const app = new App(study, changes, start);
  const controls = connect(app, help);
  const follow = async (): Promise<void> => {
    const { hash } = location;
    const before = app.view;
    const read = await settleView(readAddress(hash, start, study), {
      hash,
      study,
      open: (view) => app.source(view),
    });
    // another view was asked for while the questions were being inflated
    if (hash !== location.hash || before !== app.view) return;
    refill(byId("notice"), noticeText(read));
    controls.reflect(read.view);
    await app.draw(read.view);
  };
  addEventListener("popstate", () => void follow());
  addEventListener("hashchange", () => void follow());
  matchMedia("(min-width: 62rem)").addEventListener("change", () => {
    // paper has another width, and shows the question that is open
    if (!matchMedia("print").matches) void follow();
  });
  await follow();
  // milliseconds since the page began to load
  document.body.dataset.ready = performance.now().toFixed(0);
}

keptTheme();
start().catch((error: unknown) => {
  const why = error instanceof Error ? error.message : String(error);
  refill(byId("app"), el("p", { class: "loading" }, `This page cannot be shown: ${why}`));
});
