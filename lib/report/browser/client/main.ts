/// <reference lib="dom" />
import type { ChangesBlock, StudyBlock } from "../format.ts";
import { App } from "./app.ts";
import { jsonBlock } from "./blocks.ts";
import { connect } from "./controls.ts";
import { byId, el, refill } from "./dom.ts";
import { frame } from "./frame.ts";
import { helpDialog } from "./help.ts";
import { KINDS } from "./select.ts";
import { keptTheme } from "./theme.ts";
import { type View, viewOfHash } from "./view.ts";

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
    filters: {},
    query: "",
    id: "",
    marks: "gold",
  };
  const app = new App(study, changes, start);
  const controls = connect(app, help);
  const follow = async (): Promise<void> => {
    const view = known(viewOfHash(location.hash, start), start, study);
    controls.reflect(view);
    await app.draw(view);
  };
  addEventListener("popstate", () => void follow());
  addEventListener("hashchange", () => void follow());
  matchMedia("(min-width: 62rem)").addEventListener("change", () => void follow());
  await follow();
  // milliseconds since the page began to load
  document.body.dataset.ready = performance.now().toFixed(0);
}

/** The view without names that this study has not, and a line that says so. */
function known(view: View, start: View, study: StudyBlock): View {
  const names = study.variants.map(({ name }) => name);
  const kinds: readonly string[] = ["all", ...KINDS.map(({ name }) => name)];
  const wrong = [
    ...[view.from, view.to].filter((name) => !names.includes(name)),
    ...(kinds.includes(view.kind) ? [] : [view.kind]),
    ...(study.sql && !study.sql.prompts.includes(view.prompt) ? [view.prompt] : []),
  ];
  const notice = byId("notice");
  notice.hidden = wrong.length === 0;
  notice.textContent = wrong.length === 0
    ? ""
    : `The address names what this study has not: ${wrong.join(", ")}. The first view is shown.`;
  if (wrong.length > 0) return start;
  const has = view.tab === "sql" ? study.sql : study.choices;
  return has ? view : { ...view, tab: start.tab };
}

keptTheme();
start().catch((error: unknown) => {
  const why = error instanceof Error ? error.message : String(error);
  refill(byId("app"), el("p", { class: "loading" }, `This page cannot be shown: ${why}`));
});
