// The door of core: everything other packages may use, by name.
export { AsfpError, type Failure, InternalError, assertInternal, describeError } from './errors.ts';
export { type Rng, rngFromSeed, rngFromState, shuffledOrder } from './rng.ts';
