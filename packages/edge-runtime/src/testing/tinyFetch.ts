// Knows a model small enough to work out by hand, and serves it.
/** Where the model lies. */
export const tinyUrl = 'http://host/model.json';

/** What may differ from one test to the next. */
export interface TinyOptions {
  /** The op of the last node, `y`, which is given the scores. */
  readonly op?: string;
  /** The nodes that are outputs. */
  readonly outputs?: readonly string[];
  readonly card?: object;
}

const attr = { T: { type: 'DT_FLOAT' } };
const flags = { transpose_a: { b: false }, transpose_b: { b: false } };

/** A `fetch` that serves `scores = pixels [n, 1, 2, 1] as [n, 2] · [[1, 2, 3], [4, 5, 6]]`, `sums` of them, and `y`. */
export function tinyFetch(options: TinyOptions = {}): (url: string) => Promise<Response> {
  const json = modelJson(options);
  return async (url) => new Response(url === tinyUrl ? json : weights());
}

function weights(): Uint8Array<ArrayBuffer> {
  return new Uint8Array([
    ...new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer),
    ...new Uint8Array(Int32Array.of(-1, 2, 1).buffer),
  ]);
}

function modelJson(options: TinyOptions): string {
  const { op = 'Identity', outputs = ['y'], card } = options;
  const dims = ['-1', '1', '2', '1'].map((size) => ({ size }));
  const constant = (name: string): object => ({ name, op: 'Const', attr: {} });
  return JSON.stringify({
    format: 'graph-model',
    signature: {
      inputs: { pixels: { name: 'x:0' } },
      outputs: Object.fromEntries(outputs.map((name) => [name, { name: `${name}:0` }])),
    },
    modelTopology: {
      versions: {},
      node: [
        {
          name: 'x',
          op: 'Placeholder',
          attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: dims } } },
        },
        constant('w'),
        constant('flat'),
        constant('axis'),
        { name: 'rows', op: 'Reshape', input: ['x', 'flat'], attr },
        { name: 'scores', op: 'MatMul', input: ['rows', 'w'], attr: { ...attr, ...flags } },
        { name: 'sums', op: 'Sum', input: ['scores', 'axis'], attr: { ...attr, keep_dims: { b: false } } },
        { name: 'y', op, input: ['scores'], attr },
      ],
    },
    weightsManifest: [
      {
        paths: ['w.bin'],
        weights: [
          { name: 'w', shape: [2, 3], dtype: 'float32' },
          { name: 'flat', shape: [2], dtype: 'int32' },
          { name: 'axis', shape: [1], dtype: 'int32' },
        ],
      },
    ],
    userDefinedMetadata: card === undefined ? {} : { asfp: card },
  });
}
