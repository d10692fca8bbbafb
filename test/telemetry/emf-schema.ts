/** What AWS lets follow a value, for each second or not. */
const UNITS =
  '^(Seconds|Microseconds|Milliseconds|Percent|Count|None|((Bytes|Bits|Kilobytes|Kilobits|Megabytes|Megabits|Gigabytes|Gigabits|Terabytes|Terabits|Count)(/Second)?))$';

const NAME = { type: 'string', minLength: 1, maxLength: 255 };

/**
 * A log line in the embedded metric format, written from "Specification: Embedded metric format" in the Amazon CloudWatch User Guide.
 * Where its prose is narrower than the schema on that page (no further members below `_aws`, at most 100 metrics, at most 30
 * dimensions), the prose is followed.
 */
export const EMF_SCHEMA = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      additionalProperties: false,
      properties: {
        Timestamp: { type: 'integer', minimum: 0 },
        CloudWatchMetrics: {
          type: 'array',
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            additionalProperties: false,
            properties: {
              Namespace: { ...NAME, pattern: '^[A-Za-z0-9._/#:-]+$' },
              Dimensions: { type: 'array', minItems: 1, items: { type: 'array', maxItems: 30, items: NAME } },
              Metrics: {
                type: 'array',
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name'],
                  additionalProperties: false,
                  properties: {
                    Name: NAME,
                    Unit: { type: 'string', pattern: UNITS },
                    StorageResolution: { enum: [1, 60] },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
} as const;

/** The members of a line by which CloudWatch makes metrics of it. */
export interface EmfLine extends Readonly<Record<string, unknown>> {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
}
