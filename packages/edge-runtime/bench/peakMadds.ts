// Knows how many multiply-adds a core can make at most: a loop that stays in its registers, written byte by byte so that nobody improves it.
import type { KernelBuild } from '@asfp/kernels';

/** Sums that are independent of each other: enough for the latency of two units. */
const SUMS = 12;

const V128 = 0x7b;
const I32 = 0x7f;

/** Multiply-adds a nanosecond, of single floats: the best of `rounds` loops. */
export function peakMadds(build: KernelBuild, rounds = 20): number {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(peakModule(build)));
  const loop = instance.exports['loop'] as (times: number) => void;
  const times = 200_000;
  loop(times);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    loop(times);
    best = Math.min(best, performance.now() - start);
  }
  return (times * SUMS * 4) / (best * 1e6);
}

/** `loop(times)`: every sum becomes sum · x + y, so often; the last local but two is x, the last but one y. */
function peakModule(build: KernelBuild): Uint8Array<ArrayBuffer> {
  const [x, y] = [1 + SUMS, 2 + SUMS];
  const get = (local: number): number[] => [0x20, local];
  const simd = (code: number): number[] => [0xfd, ...leb(code)];
  const madd = build === 'relaxed-simd' ? simd(0x105) : undefined;
  const step = (sum: number): number[] =>
    madd
      ? [...get(sum), ...get(x), ...get(y), ...madd, 0x21, sum]
      : [...get(sum), ...get(x), ...simd(0xe6), ...get(y), ...simd(0xe4), 0x21, sum];
  const splat = (value: number, local: number): number[] => [
    0x43,
    ...floatBytes(value),
    ...simd(0x13),
    0x21,
    local,
  ];
  const sums = Array.from({ length: SUMS }, (_, i) => i + 1);
  const body = [
    ...[1, SUMS + 2, V128],
    ...[...splat(0.999, x), ...splat(0.001, y)],
    ...[0x03, 0x40, ...sums.flatMap(step)],
    ...[...get(0), 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b],
    // The sums are used, or else nobody would have to make them.
    ...[...get(1), ...sums.slice(1).flatMap((sum) => [...get(sum), ...simd(0xe4)]), ...simd(0x1f), 0],
    0x0b,
  ];
  const section = (id: number, bytes: readonly number[]): number[] => [id, ...leb(bytes.length), ...bytes];
  return Uint8Array.from([
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, I32, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(7, [1, 4, 108, 111, 111, 112, 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function floatBytes(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer);
}
