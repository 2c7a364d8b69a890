// Knows how a test gets hold of the failure that an action ends in.
import { AsfpError } from '@asfp/core';

/** The AsfpError that the action ends in; throws when it ends otherwise. */
export async function failureOf(action: () => unknown): Promise<AsfpError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof AsfpError) return error;
    throw error;
  }
  throw new Error('expected an AsfpError, found none');
}
