// Knows the table by which dense channels are put into the listed channels of a wider stream.
import { up4 } from './packPanels.ts';

/**
 * For each four channels of a stream of `size`: where the dense channels among them begin, a byte shuffle that puts them in
 * place (128 and more give 0), and the fill of the others; 48 bytes. `positions` ascend; `fill` has one value a channel.
 */
export function scatterTable(
  size: number,
  positions: readonly number[],
  fill: readonly number[],
): Uint8Array {
  const out = new Uint8Array(12 * up4(size));
  const view = new DataView(out.buffer);
  let dense = 0;
  for (let first = 0; first < up4(size); first += 4) {
    const at = first * 12;
    const begin = dense;
    view.setInt32(at, begin * 4, true);
    for (let lane = 0; lane < 4; lane++) {
      const channel = first + lane;
      const here = dense < positions.length && positions[dense] === channel;
      for (let byte = 0; byte < 4; byte++) {
        out[at + 16 + lane * 4 + byte] = here ? (dense - begin) * 4 + byte : 255;
      }
      view.setFloat32(at + 32 + lane * 4, channel < size && !here ? (fill[channel] ?? 0) : 0, true);
      if (here) dense++;
    }
  }
  return out;
}
