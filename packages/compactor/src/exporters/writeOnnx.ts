// Knows how a graph is written as an ONNX model: images inside are `[n, c, h, w]`, at inputs and outputs as they were.
import { type Graph, type GraphNode, inferShapes, type OpKind, validate } from '@asfp/core';
import { onnxElementwise } from './onnxElementwise.ts';
import { onnxMovement } from './onnxMovement.ts';
import { type OnnxValue, onnxProto } from './onnxProto.ts';
import { OnnxSketch, refusal } from './onnxSketch.ts';
import { onnxWeighted } from './onnxWeighted.ts';

/** Writes one node of its kind into the sketch. */
type Rule = (node: never, sketch: OnnxSketch) => void;

/** The op kinds that ONNX can say; a missing row does not compile. */
type Written = Exclude<OpKind, 'input' | 'const' | 'opaque' | 'part'>;

const rules: Readonly<Record<Written, Rule>> = {
  ...onnxWeighted,
  ...onnxElementwise,
  ...onnxMovement,
};

/**
 * The bytes of an ONNX model (opset 17) with the graph's inputs, outputs and their names and shapes.
 *
 * Throws AsfpError `onnx-unsupported`, naming the node, for what it cannot say.
 */
export function writeOnnx(graph: Graph): Uint8Array {
  validate(graph);
  const shapes = inferShapes(graph);
  const sketch = new OnnxSketch(graph, shapes);
  const inputs: OnnxValue[] = [];
  for (const node of graph.nodes) {
    if (node.op === 'const') continue;
    if (node.op === 'input') {
      const name = sketch.fresh(node.attrs.key ?? node.name);
      inputs.push({ name, shape: node.attrs.shape, dtype: node.attrs.dtype });
      sketch.set(node, name, 'last');
      continue;
    }
    if (node.op === 'opaque' || node.op === 'part') throw refusal(node, 'an operation that ONNX has');
    (rules[node.op] as (node: GraphNode, sketch: OnnxSketch) => void)(node, sketch);
  }
  const outputs = graph.outputs.map(({ name, from }): OnnxValue => {
    sketch.nodes.push({
      op: 'Identity',
      inputs: [sketch.read(from, 'last')],
      output: name,
      attributes: {},
    });
    return { name, shape: shapes.get(from) ?? [], dtype: 'float32' };
  });
  return onnxProto({
    name: graph.name,
    nodes: sketch.nodes,
    constants: sketch.constants,
    inputs,
    outputs,
  });
}
