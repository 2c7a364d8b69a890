// Knows the command `asfp export`.
import { basename, dirname } from 'node:path';
import { writeOnnx } from '@asfp/compactor';
import { type Command, defineCommand } from '../command.ts';
import { writeRunFile } from '../files/runFolder.ts';
import { openGraph } from '../openGraph.ts';
import { size } from '../terminal/table.ts';

/** Writes a model in another format. */
export const exportCommand: Command = defineCommand({
  name: 'export',
  summary: 'Writes a model as ONNX (opset 17): the same inputs and outputs, images as [n, h, w, c].',
  words: [{ name: 'MODEL', summary: 'a model.json of either tfjs format, or the folder of one' }],
  options: {
    to: { type: 'text', choices: ['onnx'], summary: 'the format', otherwise: 'onnx' },
    out: { type: 'text', hint: 'FILE', summary: 'the file', otherwise: 'model.onnx beside the model' },
  },
  run: async ({ options, words, terminal }) => {
    const { source, graph } = await openGraph(words[0] as string);
    const bytes = writeOnnx(graph);
    const file = options.out ?? source.file.replace(/[^/\\]*$/, 'model.onnx');
    await writeRunFile(dirname(file), basename(file), bytes);
    terminal.result(`written ${file} (${size(bytes.byteLength)})`, {
      file,
      format: 'onnx',
      bytes: bytes.byteLength,
    });
    return true;
  },
});
