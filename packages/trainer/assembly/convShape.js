"use strict";
// Knows where each number of a convolution's shape stands in the array that the TypeScript side hands over.
Object.defineProperty(exports, "__esModule", { value: true });
exports.DILATION_W = exports.DILATION_H = exports.LEFT = exports.TOP = exports.STRIDE_W = exports.STRIDE_H = exports.KERNEL_WIDTH = exports.KERNEL_HEIGHT = exports.TO = exports.Y_WIDTH = exports.Y_HEIGHT = exports.FROM = exports.WIDTH = exports.HEIGHT = void 0;
exports.HEIGHT = 0;
exports.WIDTH = 4;
exports.FROM = 8;
exports.Y_HEIGHT = 12;
exports.Y_WIDTH = 16;
/** Filters; for a depthwise convolution the filters of one channel. */
exports.TO = 20;
exports.KERNEL_HEIGHT = 24;
exports.KERNEL_WIDTH = 28;
exports.STRIDE_H = 32;
exports.STRIDE_W = 36;
/** Rows of padding above and columns to the left. */
exports.TOP = 40;
exports.LEFT = 44;
exports.DILATION_H = 48;
exports.DILATION_W = 52;
