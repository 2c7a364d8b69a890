// Knows names of renderers, as browsers give them.
import { expect, test } from 'vitest';
import { isSoftwareRenderer } from './isSoftwareRenderer.ts';

test.each([
  ['ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)', true],
  ['ANGLE (Mesa, llvmpipe (LLVM 15.0.6 256 bits), OpenGL 4.5)', true],
  ['Google SwiftShader', true],
  ['ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)', true],
  ['Apple Software Renderer', true],
  ['ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)', false],
  ['ANGLE (Apple, ANGLE Metal Renderer: Apple M1, Unspecified Version)', false],
  ['Mali-G78', false],
  ['Adreno (TM) 650', false],
])('%s', (renderer, expected) => {
  expect(isSoftwareRenderer(renderer)).toBe(expected);
});
