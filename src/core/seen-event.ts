/** A Kubernetes Event of a sidecar as the API server gives it back. Its texts are as somebody wrote them who may write Events. */
export interface SeenEvent {
  /** Its own: the same Event has the same in every list. */
  readonly id: string;
  /** Unix time in ms, by the clock of the pod's node. */
  readonly atMs: number;
  readonly pod: { readonly name: string; readonly uid: string };
  readonly type: string;
  /** One of `POD_EVENTS`, that of a reason in `REASONS`, or one of another version. */
  readonly reason: string;
  readonly note: string;
}
