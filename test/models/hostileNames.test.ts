// Names that every JavaScript object has are only names in a LayersModel: refused where they mean nothing, kept where they are a layer's own.
import { AsfpError, readModel } from '@asfp/core';
import { expect, test } from 'vitest';

interface Names {
  readonly outer?: string;
  readonly className?: string;
  readonly name?: string;
  readonly activation?: string;
  readonly inbound?: string;
  readonly output?: string;
}

/** A model of an input and one activation, as the JSON text that a file would have. */
function model(names: Names): string {
  const { outer = 'Functional', className = 'Activation', name = 'a' } = names;
  const { activation = 'relu', inbound = 'in', output = name } = names;
  const input = { name: 'in', batch_input_shape: [null, 4], dtype: 'float32' };
  const layers = [
    { class_name: 'InputLayer', name: 'in', config: input, inbound_nodes: [] },
    { class_name: className, name, config: { name, activation }, inbound_nodes: [[[inbound, 0, 0, {}]]] },
  ];
  const config = { name: 'm', layers, input_layers: [['in', 0, 0]], output_layers: [[output, 0, 0]] };
  const modelTopology = { keras_version: '2.10.0', model_config: { class_name: outer, config } };
  return JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: [] });
}

function failure(names: Names): string {
  try {
    readModel({ json: JSON.parse(model(names)) as unknown, shards: new Map() }, 'model.json');
  } catch (error) {
    return error instanceof AsfpError ? error.message : `no AsfpError: ${String(error)}`;
  }
  return 'read';
}

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('%s', (bad) => {
  expect(failure({ outer: bad })).toBe(`model.json: expected a Sequential or functional model, found ${bad}`);
  expect(failure({ className: bad })).toContain(
    `layer a (${bad}): expected a layer class that can be read, found ${bad}. `,
  );
  expect(failure({ activation: bad })).toMatch(/^layer a \(Activation\): expected an activation of /);
  expect(failure({ inbound: bad })).toContain(`a: expected its input ${bad}/0/0 to stand before it`);
  expect(failure({ output: bad })).toContain(
    `${bad}/0/0: expected the node ${bad}/0/0, found none of that name`,
  );
  expect(failure({ name: bad })).toBe('read');
});
