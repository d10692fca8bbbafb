import { AwsError } from './aws-error.ts';

const THROTTLING_CODES = ['Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequests'];

/** Whether an error with this code says that there were too many calls. */
export function isThrottling(code: string): boolean {
  return THROTTLING_CODES.includes(code);
}

/** Whether AWS refused a call because there were too many. */
export function isThrottled(error: unknown): error is AwsError {
  return error instanceof AwsError && isThrottling(error.code);
}

/** What a planted fault of the kind `status` answers. */
export function refusal(status: number, code = status < 500 ? 'AccessDenied' : 'InternalFailure'): AwsError {
  return new AwsError(code, isThrottling(code) ? 'Rate exceeded' : 'Planted by the simulator', status);
}
