/**
 * Keeps what is evaluated on this machine: importing this module opts out of DeepEval's telemetry
 * and takes a Confident AI key out of this process's environment, without which DeepEval 0.1.32
 * uploads no test run. It is imported before DeepEval, which reads the environment later.
 *
 * @module
 */
import process from "node:process";

process.env.DEEPEVAL_TELEMETRY_OPT_OUT = "1";
delete process.env.CONFIDENT_API_KEY;
