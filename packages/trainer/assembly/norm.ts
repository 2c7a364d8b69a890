// Knows batch normalisation in training: moments, the normalised output, and the gradients, with ReLU taken in on demand.

// Ioffe and Szegedy, "Batch Normalization", 2015; chunks' moments are joined as by Chan, Golub and LeVeque, 1979.
import { nextChunk } from './chunks';
import { madd } from './lanes';

/**
 * Partial results of a chunk of `perChunk` rows of `channels` floats, `partials[chunks][3][channels]`: a number near the mean,
 * and the sums of the deviations from it and of their squares.
 */
export function normMoments(
  counter: usize,
  chunks: i32,
  scratch: usize,
  x: usize,
  partials: usize,
  rows: i32,
  channels: i32,
  perChunk: i32,
): void {
  const step = (<usize>channels) << 2;
  const zero = f32x4.splat(0);
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    const first = x + <usize>(chunk * perChunk) * step;
    const count = min(perChunk, rows - chunk * perChunk);
    const end = first + <usize>count * step;
    const means = partials + <usize>(chunk * 3) * step;
    const sums = means + step;
    const squares = sums + step;
    const share = f32x4.splat(1 / <f32>count);
    let c = 0;
    for (; c + 16 <= channels; c += 16) {
      const o = (<usize>c) << 2;
      let a = zero;
      let b = zero;
      let d = zero;
      let e = zero;
      for (let p = first + o; p < end; p += step) {
        a = f32x4.add(a, v128.load(p));
        b = f32x4.add(b, v128.load(p, 16));
        d = f32x4.add(d, v128.load(p, 32));
        e = f32x4.add(e, v128.load(p, 48));
      }
      v128.store(means + o, f32x4.mul(a, share));
      v128.store(means + o, f32x4.mul(b, share), 16);
      v128.store(means + o, f32x4.mul(d, share), 32);
      v128.store(means + o, f32x4.mul(e, share), 48);
      for (let half: usize = 0; half < 64; half += 32) {
        const m0 = v128.load(means + o + half);
        const m1 = v128.load(means + o + half, 16);
        a = zero;
        b = zero;
        d = zero;
        e = zero;
        for (let p = first + o + half; p < end; p += step) {
          const v = f32x4.sub(v128.load(p), m0);
          const w = f32x4.sub(v128.load(p, 16), m1);
          a = f32x4.add(a, v);
          b = f32x4.add(b, w);
          d = madd(v, v, d);
          e = madd(w, w, e);
        }
        v128.store(sums + o + half, a);
        v128.store(sums + o + half, b, 16);
        v128.store(squares + o + half, d);
        v128.store(squares + o + half, e, 16);
      }
    }
    for (; c + 4 <= channels; c += 4) {
      const o = (<usize>c) << 2;
      let a = zero;
      for (let p = first + o; p < end; p += step) a = f32x4.add(a, v128.load(p));
      const mean = f32x4.mul(a, share);
      a = zero;
      let d = zero;
      for (let p = first + o; p < end; p += step) {
        const v = f32x4.sub(v128.load(p), mean);
        a = f32x4.add(a, v);
        d = madd(v, v, d);
      }
      v128.store(means + o, mean);
      v128.store(sums + o, a);
      v128.store(squares + o, d);
    }
    for (; c < channels; c++) {
      const o = (<usize>c) << 2;
      let a: f32 = 0;
      for (let p = first + o; p < end; p += step) a += load<f32>(p);
      const mean = a / <f32>count;
      a = 0;
      let d: f32 = 0;
      for (let p = first + o; p < end; p += step) {
        const v = load<f32>(p) - mean;
        a += v;
        d += v * v;
      }
      store<f32>(means + o, mean);
      store<f32>(sums + o, a);
      store<f32>(squares + o, d);
    }
  }
}

/** Joins the chunks' moments into `mean` and the biased `variance`, `[channels]` each. */
export function normStatistics(
  partials: usize,
  chunks: i32,
  rows: i32,
  channels: i32,
  perChunk: i32,
  mean: usize,
  variance: usize,
): void {
  const step = (<usize>channels) << 2;
  for (let o: usize = 0; o < step; o += 4) {
    let total: f64 = 0;
    let joined: f64 = 0;
    let squares: f64 = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const p = partials + <usize>(chunk * 3) * step + o;
      const count = <f64>min(perChunk, rows - chunk * perChunk);
      const off = <f64>load<f32>(p + step) / count;
      const delta = <f64>load<f32>(p) + off - joined;
      const all = total + count;
      joined += (delta * count) / all;
      squares += <f64>load<f32>(p + 2 * step) - off * off * count + (delta * delta * total * count) / all;
      total = all;
    }
    store<f32>(mean + o, <f32>joined);
    store<f32>(variance + o, <f32>max<f64>(0, squares / total));
  }
}

/** `scales[c] = gamma / sqrt(variance + epsilon)`. */
export function normScales(variance: usize, gamma: usize, channels: i32, epsilon: f32, scales: usize): void {
  for (let o: usize = 0; o < (<usize>channels) << 2; o += 4) {
    store<f32>(
      scales + o,
      <f32>(<f64>load<f32>(gamma + o) / Math.sqrt(<f64>load<f32>(variance + o) + <f64>epsilon)),
    );
  }
}

/** `y = (x - mean) · scale + beta`, and with `relu` nothing below zero. */
export function normApply(
  counter: usize,
  chunks: i32,
  scratch: usize,
  x: usize,
  y: usize,
  mean: usize,
  scales: usize,
  beta: usize,
  rows: i32,
  channels: i32,
  perChunk: i32,
  relu: i32,
): void {
  const whole = (<usize>(channels & ~3)) << 2;
  const step = (<usize>channels) << 2;
  const zero = f32x4.splat(0);
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    let p = x + <usize>(chunk * perChunk) * step;
    let q = y + <usize>(chunk * perChunk) * step;
    const end = p + <usize>min(perChunk, rows - chunk * perChunk) * step;
    for (; p < end; p += step, q += step) {
      let o: usize = 0;
      for (; o < whole; o += 16) {
        const centred = f32x4.sub(v128.load(p + o), v128.load(mean + o));
        const value = madd(centred, v128.load(scales + o), v128.load(beta + o));
        v128.store(q + o, relu ? f32x4.max(value, zero) : value);
      }
      for (; o < step; o += 4) {
        const value = (load<f32>(p + o) - load<f32>(mean + o)) * load<f32>(scales + o) + load<f32>(beta + o);
        store<f32>(q + o, relu && value < 0 ? <f32>0 : value);
      }
    }
  }
}

/** Partial sums of a chunk: `partials[chunks][2][channels]`, of `dy` and of `dy · (x - mean)`; `relu` counts only where y was above 0. */
export function normGradSums(
  counter: usize,
  chunks: i32,
  scratch: usize,
  x: usize,
  dy: usize,
  mean: usize,
  scales: usize,
  beta: usize,
  partials: usize,
  rows: i32,
  channels: i32,
  perChunk: i32,
  relu: i32,
): void {
  const step = (<usize>channels) << 2;
  const zero = f32x4.splat(0);
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    const first = <usize>(chunk * perChunk) * step;
    const bytes = <usize>min(perChunk, rows - chunk * perChunk) * step;
    const sums = partials + <usize>(chunk * 2) * step;
    const products = sums + step;
    let c = 0;
    for (; c + 8 <= channels; c += 8) {
      const o = (<usize>c) << 2;
      const m0 = v128.load(mean + o);
      const m1 = v128.load(mean + o, 16);
      const s0 = v128.load(scales + o);
      const s1 = v128.load(scales + o, 16);
      const b0 = v128.load(beta + o);
      const b1 = v128.load(beta + o, 16);
      let sum0 = zero;
      let sum1 = zero;
      let product0 = zero;
      let product1 = zero;
      const g = dy + first + o;
      const p = x + first + o;
      if (relu) {
        for (let i: usize = 0; i < bytes; i += step) {
          const x0 = f32x4.sub(v128.load(p + i), m0);
          const x1 = f32x4.sub(v128.load(p + i, 16), m1);
          const y0 = madd(x0, s0, b0);
          const y1 = madd(x1, s1, b1);
          const g0 = v128.and(v128.load(g + i), f32x4.gt(y0, zero));
          const g1 = v128.and(v128.load(g + i, 16), f32x4.gt(y1, zero));
          sum0 = f32x4.add(sum0, g0);
          sum1 = f32x4.add(sum1, g1);
          product0 = madd(g0, x0, product0);
          product1 = madd(g1, x1, product1);
        }
      } else {
        for (let i: usize = 0; i < bytes; i += step) {
          const x0 = f32x4.sub(v128.load(p + i), m0);
          const x1 = f32x4.sub(v128.load(p + i, 16), m1);
          const g0 = v128.load(g + i);
          const g1 = v128.load(g + i, 16);
          sum0 = f32x4.add(sum0, g0);
          sum1 = f32x4.add(sum1, g1);
          product0 = madd(g0, x0, product0);
          product1 = madd(g1, x1, product1);
        }
      }
      v128.store(sums + o, sum0);
      v128.store(sums + o, sum1, 16);
      v128.store(products + o, product0);
      v128.store(products + o, product1, 16);
    }
    for (; c + 4 <= channels; c += 4) {
      const o = (<usize>c) << 2;
      const m = v128.load(mean + o);
      const scale = v128.load(scales + o);
      const b = v128.load(beta + o);
      let sum = zero;
      let product = zero;
      for (let i = first + o; i < first + bytes; i += step) {
        const centred = f32x4.sub(v128.load(x + i), m);
        let g = v128.load(dy + i);
        if (relu) g = v128.and(g, f32x4.gt(madd(centred, scale, b), zero));
        sum = f32x4.add(sum, g);
        product = madd(g, centred, product);
      }
      v128.store(sums + o, sum);
      v128.store(products + o, product);
    }
    for (; c < channels; c++) {
      const o = (<usize>c) << 2;
      const m = load<f32>(mean + o);
      let sum: f32 = 0;
      let product: f32 = 0;
      for (let i = first + o; i < first + bytes; i += step) {
        const centred = load<f32>(x + i) - m;
        if (relu && !(centred * load<f32>(scales + o) + load<f32>(beta + o) > 0)) continue;
        const g = load<f32>(dy + i);
        sum += g;
        product += g * centred;
      }
      store<f32>(sums + o, sum);
      store<f32>(products + o, product);
    }
  }
}

/**
 * Joins the partial sums: `dBeta`, `dGamma`, and the two numbers `shift[c]`, `slope[c]` with which
 * `dx = scale · dy + slope · (x - mean) + shift`.
 */
export function normGradStatistics(
  partials: usize,
  chunks: i32,
  rows: i32,
  channels: i32,
  variance: usize,
  gamma: usize,
  epsilon: f32,
  dGamma: usize,
  dBeta: usize,
  shift: usize,
  slope: usize,
): void {
  const step = (<usize>channels) << 2;
  for (let o: usize = 0; o < step; o += 4) {
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const p = partials + <usize>(chunk * 2) * step + o;
      sum += <f64>load<f32>(p);
      product += <f64>load<f32>(p + step);
    }
    const inverse: f64 = 1 / Math.sqrt(<f64>load<f32>(variance + o) + <f64>epsilon);
    const scale = <f64>load<f32>(gamma + o) * inverse;
    store<f32>(dBeta + o, <f32>sum);
    store<f32>(dGamma + o, <f32>(product * inverse));
    store<f32>(shift + o, <f32>((-scale * sum) / <f64>rows));
    store<f32>(slope + o, <f32>((-scale * inverse * inverse * product) / <f64>rows));
  }
}

/** `dx = scale · dy + slope · (x - mean) + shift`, `dy` counting only where y was above 0 with `relu`. */
export function normGradInput(
  counter: usize,
  chunks: i32,
  scratch: usize,
  x: usize,
  dy: usize,
  dx: usize,
  mean: usize,
  scales: usize,
  beta: usize,
  shift: usize,
  slope: usize,
  rows: i32,
  channels: i32,
  perChunk: i32,
  relu: i32,
): void {
  const step = (<usize>channels) << 2;
  const whole = (<usize>(channels & ~3)) << 2;
  const zero = f32x4.splat(0);
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    let p = <usize>(chunk * perChunk) * step;
    const end = p + <usize>min(perChunk, rows - chunk * perChunk) * step;
    for (; p < end; p += step) {
      let o: usize = 0;
      for (; o < whole; o += 16) {
        const centred = f32x4.sub(v128.load(x + p + o), v128.load(mean + o));
        const scale = v128.load(scales + o);
        let g = v128.load(dy + p + o);
        if (relu) g = v128.and(g, f32x4.gt(madd(centred, scale, v128.load(beta + o)), zero));
        const pull = madd(centred, v128.load(slope + o), v128.load(shift + o));
        v128.store(dx + p + o, madd(g, scale, pull));
      }
      for (; o < step; o += 4) {
        const centred = load<f32>(x + p + o) - load<f32>(mean + o);
        const scale = load<f32>(scales + o);
        let g = load<f32>(dy + p + o);
        if (relu && !(centred * scale + load<f32>(beta + o) > 0)) g = 0;
        store<f32>(dx + p + o, g * scale + centred * load<f32>(slope + o) + load<f32>(shift + o));
      }
    }
  }
}
