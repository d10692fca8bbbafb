/** What becomes text on the wire: an instant. */
interface Instant {
  toISOString(): string;
}

/** A type of an API's own package as it is on the wire: an instant is text. */
export type Json<T> = T extends Instant ? string : T extends object ? { [Key in keyof T]: Json<T[Key]> } : T;
