/**
 * Gives a worker a message and waits for its answer; it is asked for one thing at a time.
 *
 * @throws {Error} With what the worker said, if it ends instead of answering.
 */
export function askWorker<Reply>(worker: Worker, message: unknown): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  worker.onmessage = ({ data }: MessageEvent<Reply>): void => resolve(data);
  worker.onerror = (event): void => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  worker.postMessage(message);
  return promise;
}
