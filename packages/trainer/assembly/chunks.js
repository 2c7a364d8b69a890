"use strict";
// Knows how several threads share one piece of work: each takes the next chunk until none is left.
Object.defineProperty(exports, "__esModule", { value: true });
exports.nextChunk = nextChunk;
/** The next chunk's number, of `count`; -1 when all are taken. `counter` points at an i32 that starts at 0. */
function nextChunk(counter, count) {
    const chunk = atomic.add(counter, 1);
    return chunk < count ? chunk : -1;
}
