// Knows TensorFlow's NodeDef in JSON: how attributes are spelled, for reading and for writing.
import { AsfpError } from '../errors.ts';
import type { DType } from '../tensor/hostTensor.ts';

/** A node of a GraphModel's topology. */
export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

const typeNames: Readonly<Record<DType, string>> = {
  float32: 'DT_FLOAT',
  int32: 'DT_INT32',
  bool: 'DT_BOOL',
};

/** Attributes as the topology spells them. */
export const attr = {
  type: (dtype: DType): { readonly type: string } => ({ type: typeNames[dtype] as string }),
  ints: (values: readonly number[]): unknown => ({ list: { i: values.map(String) } }),
  int: (value: number): unknown => ({ i: String(value) }),
  float: (value: number): unknown => ({ f: value }),
  bool: (value: boolean): unknown => ({ b: value }),
  string: (text: string): unknown => ({ s: btoa(text) }),
  strings: (texts: readonly string[]): unknown => ({ list: { s: texts.map((text) => btoa(text)) } }),
  shape: (dims: readonly (number | null)[]): unknown => ({
    shape: { dim: dims.map((dim) => ({ size: String(dim ?? -1) })) },
  }),
};

type Bag = Readonly<Record<string, unknown>>;

/** Reads the attributes of one node; a missing one gives the fallback. */
export class AttrReader {
  readonly #node: NodeDef;

  constructor(node: NodeDef) {
    this.#node = node;
  }

  /** A list of integers. */
  ints(key: string, fallback: readonly number[]): number[] {
    const list = (this.#of(key)?.['list'] as Bag | undefined)?.['i'];
    return Array.isArray(list) ? list.map(Number) : [...fallback];
  }

  /** A floating-point number. */
  float(key: string, fallback: number): number {
    const value = this.#of(key)?.['f'];
    return value === undefined ? fallback : Number(value);
  }

  /** An integer. */
  int(key: string, fallback: number): number {
    const value = this.#of(key)?.['i'];
    return value === undefined ? fallback : Number(value);
  }

  /** A truth value. */
  bool(key: string, fallback: boolean): boolean {
    const value = this.#of(key)?.['b'];
    return value === undefined ? fallback : value === true;
  }

  /** A text. */
  string(key: string, fallback: string): string {
    const value = this.#of(key)?.['s'];
    return value === undefined ? fallback : text(value);
  }

  /** A list of texts. */
  strings(key: string): string[] {
    const list = (this.#of(key)?.['list'] as Bag | undefined)?.['s'];
    return Array.isArray(list) ? list.map(text) : [];
  }

  /** A shape, null where a size is unknown; undefined when the attribute is missing or of unknown rank. */
  shape(key: string): (number | null)[] | undefined {
    const shape = this.#of(key)?.['shape'] as Bag | undefined;
    if (shape === undefined || shape['unknownRank'] === true) return undefined;
    const dims = (shape['dim'] ?? []) as readonly Bag[];
    return dims.map((dim) => (Number(dim['size'] ?? 0) < 0 ? null : Number(dim['size'] ?? 0)));
  }

  /** An element type; throws for one that graphs here do not hold. */
  type(key: string, fallback: DType): DType {
    const value = this.#of(key)?.['type'];
    if (value === undefined) return fallback;
    const numbers: Readonly<Record<string, DType>> = { 1: 'float32', 3: 'int32', 10: 'bool' };
    const found =
      (Object.keys(typeNames) as DType[]).find((dtype) => typeNames[dtype] === value) ??
      numbers[String(value)];
    if (found === undefined) {
      throw new AsfpError({
        code: 'graph-type',
        where: `node ${this.#node.name} (${this.#node.op})`,
        expected: 'values of float32, int32 or bool',
        found: String(value),
      });
    }
    return found;
  }

  #of(key: string): Bag | undefined {
    return this.#node.attr?.[key] as Bag | undefined;
  }
}

// Texts stand in base64, in some converters' files as lists of character codes.
function text(value: unknown): string {
  if (Array.isArray(value)) return String.fromCharCode(...(value as number[]));
  // Both alphabets of base64, and nothing that is in neither.
  const letters = String(value)
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replaceAll(/[^a-z0-9+/]/gi, '');
  // One letter alone holds no byte.
  return atob(letters.length % 4 === 1 ? letters.slice(0, -1) : letters);
}

// Every platform has them, though neutral code has not their types; attribute texts are short ASCII words.
declare const atob: (encoded: string) => string;
declare const btoa: (plain: string) => string;
