// Knows which weights of a manifest are whose: by the names that Keras 2, Keras 3 and tfjs give them, else by their order.
import { type AsfpError, InternalError } from '../errors.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { type LayerCall, type LayerWeights, misfit } from './layerCall.ts';

type Weights = ReadonlyMap<string, HostTensor>;

/** A weight that a layer needs; `at` is its place among the layer's own. */
interface Wanted {
  readonly call: LayerCall;
  readonly part: string;
  readonly at: number;
}

/** The names that one way of naming gives a weight; the first that the manifest has counts. */
type Naming = (wanted: Wanted, names: readonly string[]) => Iterable<string>;

/**
 * The weights of all layers by `layer/part`, whatever else the manifest holds. Of the ways in which files name weights
 * the first counts that gives every layer weights of its own. Throws, naming the layer, where none does.
 */
export function layerWeights(calls: readonly LayerCall[], weights: Weights): LayerWeights {
  const plain = new Map([...weights].map(([name, tensor]) => [name.replace(/:0$/, ''), tensor]));
  const layers = new Map(calls.map((call) => [call.layer, call]));
  const wanted = [...layers.values()].flatMap((call) =>
    layerParts(call).map((part, at): Wanted => ({ call, part, at })),
  );
  for (const naming of [byName, byCounter]) {
    const found = assigned(wanted, plain, naming);
    if (found !== undefined) return found;
  }
  // Names of variables (`ReadVariableOp_12`) tell nothing: then each layer takes its weights in turn.
  const names = [...plain.keys()];
  if (names.length === wanted.length && !names.some((name) => wanted.some((one) => isAbout(name, one))))
    return new Map(
      wanted.map(({ call, part }, i) => [
        `${call.layer}/${part}`,
        plain.get(names[i] as string) as HostTensor,
      ]),
    );
  throw missing(wanted, plain);
}

/** The weights of a layer, in the order in which Keras keeps them. */
function layerParts({ kind, config }: LayerCall): string[] {
  const bias = config['use_bias'] === false ? [] : ['bias'];
  const gamma = config['scale'] === false ? [] : ['gamma'];
  const beta = config['center'] === false ? [] : ['beta'];
  switch (kind) {
    case 'Conv1D':
    case 'Conv2D':
    case 'Conv2DTranspose':
    case 'Dense':
      return ['kernel', ...bias];
    case 'DepthwiseConv2D':
      return ['depthwise_kernel', ...bias];
    case 'SeparableConv2D':
      return ['depthwise_kernel', 'pointwise_kernel', ...bias];
    case 'BatchNormalization':
      return [...gamma, ...beta, 'moving_mean', 'moving_variance'];
    case 'LayerNormalization':
      return [...gamma, ...beta];
    case 'PReLU':
      return ['alpha'];
    default:
      return [];
  }
}

/** By the layer's path, by its own name, by that name behind others; by number instead of part (`dense/0`). */
function* byName({ call, part, at }: Wanted, names: readonly string[]): Generator<string> {
  const own = ownName(call);
  for (const each of [...spellingsOf(call, part), `${at}`]) {
    yield `${call.layer}/${each}`;
    yield `${own}/${each}`;
    yield* only(names, (name) => name.endsWith(`/${own}/${each}`));
  }
  yield* counted(call, part, names, '(_\\d+)?');
}

/** By a name with Keras's counter behind it (`conv2d_10_1/kernel` of layer `conv2d_10`), for every layer of the model. */
const byCounter: Naming = ({ call, part }, names) => counted(call, part, names, '_\\d+');

function counted(call: LayerCall, part: string, names: readonly string[], counter: string): string[] {
  const own = escaped(ownName(call));
  return spellingsOf(call, part).flatMap((each) =>
    only(names, (name) => new RegExp(`(^|/)${own}${counter}/(.*/)?${each}$`).test(name)),
  );
}

/** Each layer's weights, if all are there and no two are the same. */
function assigned(wanted: readonly Wanted[], plain: Weights, naming: Naming): LayerWeights | undefined {
  const names = [...plain.keys()];
  const taken = new Set<string>();
  const found = new Map<string, HostTensor>();
  for (const one of wanted) {
    const name = named(naming, one, plain, names);
    if (name === undefined || taken.has(name)) return undefined;
    taken.add(name);
    found.set(`${one.call.layer}/${one.part}`, plain.get(name) as HostTensor);
  }
  return found;
}

function named(naming: Naming, wanted: Wanted, plain: Weights, names: readonly string[]): string | undefined {
  for (const name of naming(wanted, names)) if (plain.has(name)) return name;
  return undefined;
}

/** The first layer whose weights are not there, or are another's. */
function missing(wanted: readonly Wanted[], plain: Weights): AsfpError {
  const names = [...plain.keys()];
  const weightOf = ({ call, part }: Wanted): string => `${call.layer}/${part}`;
  // Whose name a weight has is its owner, not who came first.
  const owners = new Map(
    wanted.map(weightOf).flatMap((name) => (plain.has(name) ? [[name, name] as const] : [])),
  );
  for (const one of wanted) {
    const weight = weightOf(one);
    const name = named(byName, one, plain, names);
    const owner = name === undefined ? undefined : owners.get(name);
    if (name === undefined || (owner !== undefined && owner !== weight)) {
      const found = owner === undefined ? 'none' : `${name}, another layer’s`;
      return misfit(one.call, `its weight ${weight} in the manifest`, found);
    }
    owners.set(name, weight);
  }
  throw new InternalError('every layer has its weights');
}

/** Keras 3 calls a depthwise kernel plainly kernel. */
function spellingsOf({ kind }: LayerCall, part: string): string[] {
  return kind === 'DepthwiseConv2D' && part === 'depthwise_kernel' ? [part, 'kernel'] : [part];
}

function isAbout(name: string, { call, part }: Wanted): boolean {
  return spellingsOf(call, part).some((each) => name === each || name.endsWith(`/${each}`));
}

function ownName({ layer }: LayerCall): string {
  return layer.slice(layer.lastIndexOf('/') + 1);
}

/** The name that alone fits; none where several do. */
function only(names: readonly string[], fits: (name: string) => boolean): string[] {
  const found = names.filter(fits);
  return found.length === 1 ? found : [];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
