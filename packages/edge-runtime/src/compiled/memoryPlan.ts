// Knows where every buffer of a program lies: constants side by side, and everything else in one arena, where buffers that are
// not needed at the same time share their place.
import type { BufferDraft } from './stepList.ts';

/** Bytes to which addresses are rounded: a cache line. */
const LINE = 64;

/** The addresses of a program's buffers. */
export interface MemoryPlan {
  /** One address a buffer. */
  readonly addresses: readonly number[];
  /** The first byte after all buffers. */
  readonly end: number;
  /** Bytes of the arena alone. */
  readonly arenaBytes: number;
}

/** Places all buffers from address `begin` on: the largest first, each as low as those that live at the same time allow. */
export function planMemory(buffers: readonly BufferDraft[], begin: number): MemoryPlan {
  const addresses = new Array<number>(buffers.length).fill(0);
  let at = roundUp(begin);
  for (const [i, buffer] of buffers.entries()) {
    if (buffer.data === undefined) continue;
    addresses[i] = at;
    at += roundUp(buffer.bytes);
  }
  const arena = at;
  let end = at;
  const passing = [...buffers.keys()].filter((i) => buffers[i]?.data === undefined);
  passing.sort((a, b) => (buffers[b] as BufferDraft).bytes - (buffers[a] as BufferDraft).bytes || a - b);
  const settled: number[] = [];
  for (const i of passing) {
    const buffer = buffers[i] as BufferDraft;
    const bytes = roundUp(buffer.bytes);
    const beside = settled
      .filter((j) => overlap(buffer, buffers[j] as BufferDraft))
      .sort((a, b) => (addresses[a] as number) - (addresses[b] as number));
    let place = arena;
    for (const j of beside) {
      const start = addresses[j] as number;
      if (place + bytes <= start) break;
      place = Math.max(place, start + roundUp((buffers[j] as BufferDraft).bytes));
    }
    addresses[i] = place;
    settled.push(i);
    end = Math.max(end, place + bytes);
  }
  return { addresses, end, arenaBytes: end - arena };
}

function overlap(a: BufferDraft, b: BufferDraft): boolean {
  return a.first <= b.last && b.first <= a.last;
}

function roundUp(bytes: number): number {
  // A buffer of its own place even when empty, and room for the vector that ends in it.
  return Math.ceil((bytes + 16) / LINE) * LINE;
}
