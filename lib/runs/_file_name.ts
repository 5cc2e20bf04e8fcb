import { textOfForm } from "../ground/mod.ts";

/** What may be a name of a file or a folder on every system. */
export const FILE_NAME = textOfForm(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  "a name of at most 64 letters, digits, '.', '_' and '-', a letter or digit first",
);
