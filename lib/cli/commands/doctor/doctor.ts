import type { Command } from "../../command.ts";

/** `doctor`: what is here, what is missing, what to do. */
export const DOCTOR: Command = {
  name: "doctor",
  summary: "show what is installed and what is missing",
  flags: {},
  load: async () => (await import("./run_doctor.ts")).runDoctor,
};
