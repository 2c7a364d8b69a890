// Knows the camera: opened on request, closed for good, its frames as something a canvas can draw.
import type { Drawable } from './inputPicture.ts';

/** A running camera. */
export interface Camera {
  /** The present frame. */
  frame(): Drawable;
  stop(): void;
}

/** Opens the camera; rejects with the browser's reason when it is refused or taken. */
export async function openCamera(): Promise<Camera> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  const stop = (): void => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  try {
    await video.play();
  } catch (error) {
    stop();
    throw error;
  }
  return {
    frame: () => ({ source: video, width: video.videoWidth, height: video.videoHeight }),
    stop,
  };
}
