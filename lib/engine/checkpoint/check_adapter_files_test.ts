import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { withAdapter } from "../testing/tiny_adapter.ts";
import { checkAdapterFiles } from "./check_adapter_files.ts";

Deno.test("checkAdapterFiles() needs no base model to find what is missing or of another kind", () =>
  withAdapter(async (dir) => {
    await checkAdapterFiles(dir);
    const refuses = (message: RegExp, path = dir): Promise<void> =>
      assert.rejects(checkAdapterFiles(path), { name: UsageError.name, message });
    await refuses(/the folder does not exist/, `${dir}/none`);
    const [weights, config] = ["model.safetensors", "config.json"].map((n) =>
      `${dir}/adapter_${n}`
    );
    await Deno.rename(weights!, `${weights}.off`);
    await refuses(/adapter_model\.safetensors.*does not exist/);
    await Deno.writeTextFile(`${dir}/adapter_model.bin`, "");
    await refuses(/it has adapter_model\.bin only/);
    await Deno.writeTextFile(weights!, "not safetensors");
    await refuses(/adapter_model\.safetensors/);
    await Deno.rename(`${weights}.off`, weights!);
    const settings = JSON.parse(await Deno.readTextFile(config!));
    await Deno.writeTextFile(config!, JSON.stringify({ ...settings, peft_type: "PREFIX_TUNING" }));
    await refuses(/PREFIX_TUNING/);
    await Deno.remove(config!);
    await refuses(/adapter_config\.json is missing/);
  }));
