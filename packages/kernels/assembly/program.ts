// Knows how a list of steps is run: each is the number of its kernel and that kernel's arguments, 4 bytes each.
import { convGemm } from './convGemm';
import { depthwise } from './depthwise';
import { affine, binary, clearPads, softmax, unary } from './elementwise';
import { copy, fill, gather, resize } from './movement';
import { pool, reduceAxes } from './pool';
import { scatterRows } from './scatterRows';
import { setShare } from './share';
import { winograd } from './winograd';

/** Argument `i` of the step at `p`. */
// @inline
function arg(p: usize, i: i32): i32 {
  return load<i32>(p + ((<usize>i) << 2), 8);
}

// @inline
function real(p: usize, i: i32): f32 {
  return load<f32>(p + ((<usize>i) << 2), 8);
}

/**
 * Runs the steps from `program` up to `end`. A step is `[kernel, bytes of the step, ...arguments]`; kernels and arguments are
 * numbered as in src/kernelTable.ts. Of each step, part `part` of `parts` is done: a step of several parts that reads what another
 * writes must wait for all of that one's parts. `byColumns` is 1 where convolutions are cut across their columns.
 */
export function run(program: usize, end: usize, part: i32, parts: i32, byColumns: i32): void {
  setShare(part, parts, byColumns != 0);
  for (let p = program; p < end; p += load<usize>(p, 4)) {
    switch (load<i32>(p)) {
      case 0:
        convGemm(
          arg(p, 0),
          arg(p, 1),
          arg(p, 2),
          arg(p, 3),
          arg(p, 4),
          arg(p, 5),
          arg(p, 6),
          arg(p, 7),
          arg(p, 8),
          arg(p, 9),
          arg(p, 10),
          arg(p, 11),
          arg(p, 12),
          arg(p, 13),
          arg(p, 14),
          arg(p, 15),
          arg(p, 16),
          arg(p, 17),
          arg(p, 18),
          arg(p, 19),
          arg(p, 20),
          arg(p, 21),
          arg(p, 22),
          arg(p, 23),
          arg(p, 24),
        );
        break;
      case 1:
        winograd(
          arg(p, 0),
          arg(p, 1),
          arg(p, 2),
          arg(p, 3),
          arg(p, 4),
          arg(p, 5),
          arg(p, 6),
          arg(p, 7),
          arg(p, 8),
          arg(p, 9),
          arg(p, 10),
          arg(p, 11),
          arg(p, 12),
          arg(p, 13),
          arg(p, 14),
          arg(p, 15),
          arg(p, 16),
          arg(p, 17),
          arg(p, 18),
          arg(p, 19),
          arg(p, 20),
          arg(p, 21),
        );
        break;
      case 2:
        depthwise(
          arg(p, 0),
          arg(p, 1),
          arg(p, 2),
          arg(p, 3),
          arg(p, 4),
          arg(p, 5),
          arg(p, 6),
          arg(p, 7),
          arg(p, 8),
          arg(p, 9),
          arg(p, 10),
          arg(p, 11),
          arg(p, 12),
          arg(p, 13),
          arg(p, 14),
          arg(p, 15),
          arg(p, 16),
          arg(p, 17),
          arg(p, 18),
          arg(p, 19),
        );
        break;
      case 3:
        pool(
          arg(p, 0),
          arg(p, 1),
          arg(p, 2),
          arg(p, 3),
          arg(p, 4),
          arg(p, 5),
          arg(p, 6),
          arg(p, 7),
          arg(p, 8),
          arg(p, 9),
          arg(p, 10),
          arg(p, 11),
          arg(p, 12),
          arg(p, 13),
          arg(p, 14),
        );
        break;
      case 4:
        reduceAxes(
          arg(p, 0),
          arg(p, 1),
          arg(p, 2),
          arg(p, 3),
          arg(p, 4),
          arg(p, 5),
          arg(p, 6),
          arg(p, 7),
          arg(p, 8),
          arg(p, 9),
          arg(p, 10),
          arg(p, 11),
          arg(p, 12),
          arg(p, 13),
          arg(p, 14),
          arg(p, 15),
          real(p, 16),
        );
        break;
      case 5:
        unary(arg(p, 0), arg(p, 1), arg(p, 2), arg(p, 3), real(p, 4));
        break;
      case 6:
        binary(
          arg(p, 0),
          arg(p, 1),
          arg(p, 2),
          arg(p, 3),
          arg(p, 4),
          arg(p, 5),
          arg(p, 6),
          arg(p, 7),
          arg(p, 8),
          arg(p, 9),
          arg(p, 10),
          arg(p, 11),
          arg(p, 12),
          arg(p, 13),
          arg(p, 14),
          arg(p, 15),
          arg(p, 16),
        );
        break;
      case 7:
        affine(arg(p, 0), arg(p, 1), arg(p, 2), arg(p, 3), arg(p, 4), arg(p, 5));
        break;
      case 8:
        softmax(arg(p, 0), arg(p, 1), arg(p, 2), arg(p, 3), arg(p, 4));
        break;
      case 9:
        clearPads(arg(p, 0), arg(p, 1), arg(p, 2), arg(p, 3));
        break;
      case 10:
        fill(arg(p, 0), arg(p, 1), real(p, 2));
        break;
      case 11:
        copy(
          arg(p, 0),
          arg(p, 1),
          arg(p, 2),
          arg(p, 3),
          arg(p, 4),
          arg(p, 5),
          arg(p, 6),
          arg(p, 7),
          arg(p, 8),
          arg(p, 9),
          arg(p, 10),
          arg(p, 11),
        );
        break;
      case 12:
        gather(arg(p, 0), arg(p, 1), arg(p, 2), arg(p, 3), arg(p, 4), arg(p, 5), arg(p, 6));
        break;
      case 13:
        resize(
          arg(p, 0),
          arg(p, 1),
          arg(p, 2),
          arg(p, 3),
          arg(p, 4),
          arg(p, 5),
          arg(p, 6),
          arg(p, 7),
          arg(p, 8),
          arg(p, 9),
        );
        break;
      case 14:
        scatterRows(
          arg(p, 0),
          arg(p, 1),
          arg(p, 2),
          arg(p, 3),
          arg(p, 4),
          arg(p, 5),
          arg(p, 6),
          arg(p, 7),
          real(p, 8),
          real(p, 9),
        );
        break;
    }
  }
}
