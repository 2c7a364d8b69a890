// Knows where the demo begins.
import { demo } from './page/demo.ts';

const root = document.getElementById('demo');
if (root) demo(root);
