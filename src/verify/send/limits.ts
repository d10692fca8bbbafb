/** Requests that may wait for their answers at the same time. */
export const MOST_WAITING = 1_000;
/** In ms. A request that cannot be sent within this time is not sent: after a pause of the process all would come at once. */
export const LATEST_MS = 2_000;
/** What is read of a body, in bytes. */
export const MOST_BODY_BYTES = 1_048_576;
