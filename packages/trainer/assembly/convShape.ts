// Knows where each number of a convolution's shape stands in the array that the TypeScript side hands over.

export const HEIGHT: usize = 0;
export const WIDTH: usize = 4;
export const FROM: usize = 8;
export const Y_HEIGHT: usize = 12;
export const Y_WIDTH: usize = 16;
/** Filters; for a depthwise convolution the filters of one channel. */
export const TO: usize = 20;
export const KERNEL_HEIGHT: usize = 24;
export const KERNEL_WIDTH: usize = 28;
export const STRIDE_H: usize = 32;
export const STRIDE_W: usize = 36;
/** Rows of padding above and columns to the left. */
export const TOP: usize = 40;
export const LEFT: usize = 44;
export const DILATION_H: usize = 48;
export const DILATION_W: usize = 52;
