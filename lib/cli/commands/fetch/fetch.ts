import { MMLU_URL } from "../../../mmlu/light.ts";
import type { Command } from "../../command.ts";

/** `fetch`: brings the real data sets here. */
export const FETCH: Command = {
  name: "fetch",
  summary: "unpack Spider and MMLU from a path, a URL or the hub into spider_db/ and mmlu_db/",
  description:
    "A source is a path, a URL, or hf:owner/repo/path/to/file of a dataset repository on the\n" +
    "Hugging Face hub (HF_TOKEN is sent there). Spider's own page gives a zip by hand: pass its path.\n" +
    `MMLU's own archive: ${MMLU_URL}`,
  flags: {
    spider: { type: "text", value: "SOURCE", help: "Spider's zip" },
    mmlu: { type: "text", value: "SOURCE", help: "MMLU's data.tar" },
    sha256: { type: "text", value: "HEX", help: "the archive's checksum; with one SOURCE alone" },
    "data-root": { type: "text", value: "DIR", help: "unpack to DIR/spider and DIR/mmlu" },
  },
  load: async () => (await import("./run_fetch.ts")).runFetch,
};
