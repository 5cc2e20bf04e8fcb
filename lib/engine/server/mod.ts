/**
 * The engine over a completions server that speaks OpenAI's protocol, first of
 * all vLLM: how a study outgrows one machine.
 *
 * Covered: greedy completions and choice log-probabilities by token ids,
 * adapters by name or loaded at run time, many requests at once with
 * back-pressure, repeated requests after overload, faults and lost connections.
 * Not covered: whether the server's weights are the study's (its name for them
 * is trusted), and equal answers between servers of different precision.
 *
 * @module
 */
export type { ScoringMethod } from "./choice_scoring.ts";
export type { ServedModel } from "./identify_server.ts";
export { adapterName } from "./served_adapters.ts";
export {
  type RequestOptions,
  ServerClient,
  type ServerClientOptions,
  ServerRefusal,
  ServerUnreachable,
} from "./server_client.ts";
export {
  openServerEngine,
  ServerEngine,
  type ServerEngineOptions,
  type ServerFacts,
} from "./server_engine.ts";
