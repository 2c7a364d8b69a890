// Knows the examples that documents hold, and whether TypeScript takes them.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { type RepositoryFile, ROOT } from './repositoryFiles.ts';

/** A fenced block of TypeScript. */
export interface Example {
  readonly path: string;
  /** Line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

/** What an example may speak of without saying where it comes from. */
const GIVEN = `
declare const file: File;
declare const video: HTMLVideoElement;
declare const context: CanvasRenderingContext2D;
declare const bar: HTMLProgressElement;
declare const numbers: Float32Array;
declare const json: object;
declare const shards: ReadonlyMap<string, Uint8Array>;
declare function signed(name: string): Promise<string>;
`;

/** The blocks of a document that are marked as ts. */
export function examplesIn({ path, text }: RepositoryFile): Example[] {
  const examples: Example[] = [];
  let open: { line: number; code: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (open === undefined && /^```ts\b/.test(line)) open = { line: index + 2, code: [] };
    else if (open !== undefined && /^```/.test(line)) {
      examples.push({ path, line: open.line, code: open.code.join('\n') });
      open = undefined;
    } else open?.code.push(line);
  }
  return examples;
}

/** What TypeScript says against the examples, each as a module in a page, by document and line. */
export function exampleFaults(examples: readonly Example[]): string[] {
  const folder = fileURLToPath(new URL('test/', ROOT));
  const config = ts.getParsedCommandLineOfConfigFile(
    `${folder}tsconfig.json`,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  );
  // As most readers have it: an element of a list is there.
  const options: ts.CompilerOptions = { ...config?.options, noUncheckedIndexedAccess: false };
  const given = `${folder}given.d.ts`;
  const names = examples.map((_, i) => `${folder}example${i}.ts`);
  const texts = new Map([
    [given, GIVEN],
    ...names.map((name, i) => [name, examples[i]?.code ?? ''] as const),
  ]);
  const host = ts.createCompilerHost(options);
  const virtual: ts.CompilerHost = {
    ...host,
    fileExists: (name) => texts.has(name) || host.fileExists(name),
    readFile: (name) => texts.get(name) ?? host.readFile(name),
    getSourceFile(name, version, ...rest) {
      const text = texts.get(name);
      return text === undefined
        ? host.getSourceFile(name, version, ...rest)
        : ts.createSourceFile(name, text, version, true);
    },
  };
  const program = ts.createProgram([given, ...names], options, virtual);
  return names.flatMap((name, i) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ start = 0, messageText }) => {
        const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + (examples[i]?.line ?? 0);
        return `${examples[i]?.path}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      },
    );
  });
}
