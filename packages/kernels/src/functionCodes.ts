// Knows the numbers by which the module knows its functions.

/** Functions of one element; the first three can be part of another kernel's store. */
export const functionCodes = {
  identity: 0,
  relu: 1,
  relu6: 2,
  elu: 3,
  leakyRelu: 4,
  sigmoid: 5,
  tanh: 6,
  selu: 7,
  softplus: 8,
  abs: 9,
  neg: 10,
  exp: 11,
  log: 12,
  sqrt: 13,
  rsqrt: 14,
  square: 15,
  reciprocal: 16,
  erf: 17,
} as const;

/** Functions of two elements. */
export const binaryCodes = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  maximum: 4,
  minimum: 5,
  squaredDifference: 6,
  prelu: 7,
} as const;

/** What pool and reduceAxes do. */
export const reduceCodes = { sum: 0, mean: 1, max: 2, min: 3 } as const;
