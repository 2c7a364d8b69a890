// Knows the files that TensorBoard reads: records of length and checksum around protocol buffers.
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochEvent, RunEvent, StepEvent } from '@asfp/core';
import { secondsNow } from '../train/clock.ts';
import { makeFolders } from './makeFolders.ts';
import { unwritable } from './unwritable.ts';

/** The logs of one run; each process that goes on with it writes a file of its own, as TensorBoard wants it. */
export interface TensorBoard {
  /** Notes an event; what has been noted is on disk after each epoch. Throws AsfpError `folder-unwritable` or `disk-full`. */
  add(event: RunEvent | StepEvent): Promise<void>;
}

/** Steps that are kept back at most. */
const keptBack = 100;

/** Opens the logs in a folder, which is made where it is missing. Throws AsfpError `folder-unwritable` or `disk-full`. */
export async function openTensorBoard(folder: string, now: () => number = secondsNow): Promise<TensorBoard> {
  const file = join(folder, `events.out.tfevents.${Math.floor(now() * 1000)}.${process.pid}.asfp`);
  let waiting: Buffer[] = [];
  let lastEpoch = 0;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    try {
      await appendFile(file, bytes);
    } catch (cause) {
      throw unwritable(file, cause, 'Free space, or choose another folder with --tensorboard');
    }
  };
  try {
    await makeFolders(folder);
  } catch (cause) {
    throw unwritable(folder, cause, 'Choose another folder with --tensorboard');
  }
  waiting.push(record(Buffer.concat([doubleField(1, now()), bytesField(3, Buffer.from('brain.Event:2'))])));
  await flush();
  return {
    add: async (event) => {
      const [step, scalars] = scalarsOf(event, lastEpoch);
      if ('epoch' in event) lastEpoch = event.epoch;
      if (scalars.length === 0) return;
      const summary = Buffer.concat(scalars.map(([tag, value]) => bytesField(1, scalar(tag, value))));
      waiting.push(record(Buffer.concat([doubleField(1, now()), intField(2, step), bytesField(5, summary)])));
      if (event.type !== 'step' || waiting.length >= keptBack) await flush();
    },
  };
}

type Scalar = readonly [tag: string, value: number];

/** Steps count through all epochs; epochs are counted by themselves, and the end is the last one's. */
function scalarsOf(
  event: RunEvent | StepEvent,
  lastEpoch: number,
): readonly [step: number, scalars: readonly Scalar[]] {
  switch (event.type) {
    case 'start':
      return [0, []];
    case 'step':
      return [(event.epoch - 1) * event.steps + event.step, [['step/loss', event.loss]]];
    case 'epoch':
      return [event.epoch, epochScalars(event)];
    case 'end':
      return [lastEpoch, [['end/accuracy', event.accuracy]]];
  }
}

function epochScalars(event: EpochEvent): Scalar[] {
  return [
    ['epoch/loss', event.loss],
    ['epoch/learning rate', event.learningRate],
    ['epoch/images per second', event.imagesPerSecond],
    ['accuracy/train', event.trainAccuracy],
    ['accuracy/before pruning', event.accuracyBefore],
    ['accuracy/after pruning', event.accuracyAfter],
    ['pruning/rate', event.rate],
    ['pruning/zero filters', event.zeroFilters],
    ['pruning/share of filters', event.zeroFilters / event.totalFilters],
    ['pruning/came back', event.returnedFilters],
    ['pruning/ever came back', event.everReturned],
  ];
}

/** A message Summary.Value: tag, simple_value. */
function scalar(tag: string, value: number): Buffer {
  const number = Buffer.alloc(5);
  number[0] = (2 << 3) | 5;
  number.writeFloatLE(value, 1);
  return Buffer.concat([bytesField(1, Buffer.from(tag)), number]);
}

function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = (field << 3) | 1;
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

function intField(field: number, value: number): Buffer {
  return Buffer.from([field << 3, ...varint(value)]);
}

function bytesField(field: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(value.length)]), value]);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

/** A TFRecord: the length as 64 bits, its checksum, the data, its checksum. */
function record(data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.length));
  head.writeUInt32LE(maskedCrc(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(maskedCrc(data));
  return Buffer.concat([head, data, tail]);
}

/** CRC-32C, bit by bit, turned and shifted as TFRecords have it. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
