// Knows the one source of chance: a small seeded generator whose state can be saved and restored.

/** A seeded stream of numbers; the same seed gives the same stream on every machine. */
export interface Rng {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform integer in [0, below). */
  int(below: number): number;
  /** Standard normal, by the Box–Muller transform. */
  normal(): number;
  /** An independent stream, named by a text, that does not advance this one. */
  fork(name: string): Rng;
  /** The state, to be given back to `rngFromState`. */
  state(): readonly [number, number, number, number];
}

/** A generator from an integer seed. */
export function rngFromSeed(seed: number): Rng {
  let mix = seed >>> 0;
  // splitmix32 spreads close seeds over the whole state.
  const word = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return rngFromState([word(), word(), word(), word() | 1]);
}

/** A generator that goes on from a saved state (xoshiro128**). */
export function rngFromState(saved: readonly [number, number, number, number]): Rng {
  let [a, b, c, d] = saved;
  const word = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
  const next = (): number => word() / 4294967296;
  return {
    next,
    int: (below) => Math.floor(next() * below),
    normal: () => {
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return radius * Math.cos(2 * Math.PI * next());
    },
    fork: (name) => {
      let hash = 2166136261;
      for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
      return rngFromSeed((hash ^ rotate(a, 3) ^ rotate(b, 13) ^ rotate(c, 19) ^ d) >>> 0);
    },
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}

/** A random order of 0 … count − 1 (Fisher–Yates). */
export function shuffledOrder(count: number, rng: Rng): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
  return order;
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}
