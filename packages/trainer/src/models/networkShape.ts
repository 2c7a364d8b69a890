// Knows what a network is built for.

/** The images and the answers of a network. */
export interface NetworkShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}
