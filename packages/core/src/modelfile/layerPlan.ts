// Knows how a model's config, of Keras 2, Keras 3 or tfjs, lists its layers and who feeds whom; models inside models are laid open.
import { AsfpError } from '../errors.ts';
import type { GraphOutput } from '../graph/graph.ts';
import type { LayerCall } from './layerCall.ts';

type Json = Readonly<Record<string, unknown>>;

/** The calls of a model's layers, and which of them are its inputs and outputs. */
export interface LayerPlan {
  readonly calls: readonly LayerCall[];
  readonly inputs: readonly string[];
  readonly outputs: readonly GraphOutput[];
}

/** The plan of a model (`{ class_name, config }`); throws, naming the layer, where its topology cannot be read. */
export function layerPlan(model: Json, where: string): LayerPlan {
  const found = planOf(model, '', '', where);
  if (found === undefined) {
    throw new AsfpError({
      code: 'layers-topology',
      where,
      expected: 'a Sequential or functional model',
      found: String(model['class_name']),
    });
  }
  return found;
}

/** `layers` stands before the names that find weights, `calls` before those of nodes: a shared model has one of the first and several of the second. */
function planOf(model: Json, layers: string, calls: string, where: string): LayerPlan | undefined {
  const kind = model['class_name'];
  const config = model['config'] as Json;
  if (kind === 'Sequential') return sequentialPlan(config, layers, calls, where);
  if (kind === 'Model' || kind === 'Functional') return functionalPlan(config, layers, calls, where);
  return undefined;
}

function sequentialPlan(
  config: Json | readonly unknown[],
  layerPath: string,
  callPath: string,
  where: string,
): LayerPlan {
  const layers = (Array.isArray(config) ? config : (config as Json)['layers']) as readonly Json[];
  const calls: LayerCall[] = [];
  let inputs: string[] = [];
  let from: string | undefined;
  for (const layer of layers) {
    const layerConfig = layer['config'] as Json;
    const own = String((layerConfig as Json | undefined)?.['name'] ?? 'model');
    const [path, name] = [`${layerPath}${own}`, `${callPath}${own}`];
    const inner = planOf(layer, `${path}/`, `${name}/`, where);
    if (inner !== undefined) {
      calls.push(...fed(inner, from === undefined ? [] : [from]));
      if (from === undefined) inputs = [...inner.inputs];
      from = inner.outputs[0]?.from;
      continue;
    }
    const isInput = layer['class_name'] === 'InputLayer';
    if (from === undefined && !isInput) {
      const shape =
        layerConfig['batch_input_shape'] ??
        layerConfig['batch_shape'] ??
        (Array.isArray(config) ? undefined : (config as Json)['build_input_shape']);
      if (!Array.isArray(shape)) {
        throw new AsfpError({
          code: 'layers-input',
          where: `${where}, layer ${path}`,
          expected: 'an input shape of the Sequential model',
          found: 'none',
          cure: 'Build the model with an inputShape and save it again',
        });
      }
      from = `${name}_input`;
      calls.push({
        kind: 'InputLayer',
        layer: path,
        name: from,
        config: { ...layerConfig, batch_input_shape: shape },
        inputs: [],
      });
    }
    if (inputs.length === 0) inputs = [isInput ? name : (from as string)];
    calls.push({
      kind: String(layer['class_name']),
      layer: path,
      name,
      config: layerConfig,
      inputs: isInput || from === undefined ? [] : [from],
    });
    from = name;
  }
  // The name that the outside knows the result by is that of the last layer.
  return { calls, inputs, outputs: from === undefined ? [] : [{ name: from, from }] };
}

function functionalPlan(config: Json, layerPath: string, callPath: string, where: string): LayerPlan {
  const calls: LayerCall[] = [];
  // What a call's result number t is called: `layer/index/t`; only models inside have several.
  const results = new Map<string, string>();
  const open: { readonly call: LayerCall; readonly refs: readonly string[] }[] = [];
  const nested: {
    readonly index: number;
    readonly layer: Json;
    readonly own: string;
    readonly refs: readonly string[];
  }[] = [];
  for (const layer of config['layers'] as readonly Json[]) {
    const layerConfig = layer['config'] as Json;
    const own = String(layer['name'] ?? layerConfig['name']);
    const inbound = (layer['inbound_nodes'] ?? []) as readonly unknown[];
    const isModel = ['Sequential', 'Model', 'Functional'].includes(String(layer['class_name']));
    for (const [index, call] of (inbound.length === 0 ? [undefined] : inbound).entries()) {
      const refs = call === undefined ? [] : callRefs(call, `${where}, layer ${layerPath}${own}`);
      if (isModel) {
        nested.push({ index, layer, own: callName(own, index), refs });
        continue;
      }
      const name = `${callPath}${callName(own, index)}`;
      results.set(`${own}/${index}/0`, name);
      const kind = String(layer['class_name']);
      open.push({ call: { kind, layer: `${layerPath}${own}`, name, config: layerConfig, inputs: [] }, refs });
    }
  }
  const endsOf = (key: string): string[] => endRefs(config[key], where);
  const read = new Set([...[...open, ...nested].flatMap(({ refs }) => refs), ...endsOf('output_layers')]);
  const inners = nested.map((one) => {
    const name = String(one.layer['name'] ?? (one.layer['config'] as Json)['name']);
    const inner = planOf(one.layer, `${layerPath}${name}/`, `${callPath}${one.own}/`, where) as LayerPlan;
    // A model is its own call 0 and those of others count from 1; some files count from 0.
    const first = [...read].some((ref) => ref.startsWith(`${name}/0/`)) ? 0 : 1;
    for (const [t, output] of inner.outputs.entries())
      results.set(`${name}/${one.index + first}/${t}`, output.from);
    return { inner, refs: one.refs };
  });
  const named = (ref: string): string => results.get(ref) ?? ref;
  for (const { call, refs } of open) calls.push({ ...call, inputs: refs.map(named) });
  for (const { inner, refs } of inners) calls.push(...fed(inner, refs.map(named)));
  const outputs = endsOf('output_layers').map(named);
  return {
    calls,
    inputs: endsOf('input_layers').map(named),
    outputs: outputs.map((name) => ({ name, from: name })),
  };
}

/** The calls of a model inside another, its inputs fed by the values around it; unfed ones stay inputs. */
function fed(plan: LayerPlan, values: readonly string[]): LayerCall[] {
  const given = new Map(plan.inputs.map((name, i) => [name, values[i]]));
  const replaced = (name: string): string => given.get(name) ?? name;
  return plan.calls.flatMap((call) => {
    const value = given.get(call.name);
    // An identity keeps the name, so that a model that hands on its input works too.
    if (call.kind === 'InputLayer' && value !== undefined)
      return [{ ...call, kind: 'Dropout', config: {}, inputs: [value] }];
    return [{ ...call, inputs: call.inputs.map(replaced) }];
  });
}

/** The values that one call reads, as `layer/index/t`. */
function callRefs(call: unknown, where: string): string[] {
  if (Array.isArray(call)) return (call as readonly unknown[][]).map(refOf);
  const history: string[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) collect(item);
    else if (typeof value === 'object' && value !== null) {
      const found = ((value as Json)['config'] as Json | undefined)?.['keras_history'];
      if (Array.isArray(found)) history.push(refOf(found));
      else for (const item of Object.values(value)) collect(item);
    }
  };
  collect((call as Json | null)?.['args']);
  collect((call as Json | null)?.['kwargs']);
  if (history.length > 0) return history;
  throw new AsfpError({
    code: 'layers-topology',
    where,
    expected: 'inbound nodes as Keras 2, Keras 3 and tfjs write them',
    found: JSON.stringify(call).slice(0, 80),
  });
}

function endRefs(value: unknown, where: string): string[] {
  if (!Array.isArray(value)) {
    throw new AsfpError({ code: 'layers-topology', where, expected: 'lists of input and output layers' });
  }
  const many = (Array.isArray(value[0]) ? value : [value]) as unknown[][];
  return many.map(refOf);
}

function refOf([layer, index, tensor]: readonly unknown[]): string {
  return `${String(layer)}/${Number(index ?? 0)}/${Number(tensor ?? 0)}`;
}

/** A shared layer stands in the graph once for each call. */
function callName(layer: string, index: number): string {
  return index === 0 ? layer : `${layer}/call${index}`;
}
