/**
 * The program of a comparer process: it says that it runs, and answers one request after another
 * until its input ends. It may read and write nothing. It is started by `comparer.ts`, never
 * imported.
 *
 * @module
 */
import { receiveFrame, sendFrame } from "../execute/messages/frames.ts";
import { comparedWithin } from "./compare_results.ts";
import { comparisonOfFrame } from "./comparer_protocol.ts";

function serve(): void {
  sendFrame({ started: true });
  for (let frame = receiveFrame(); frame !== undefined; frame = receiveFrame()) {
    const { steps, ...request } = comparisonOfFrame(frame);
    sendFrame(comparedWithin(request, steps));
  }
}

serve();
