/** Moving pictures, frame by frame: of a camera, a video, or a canvas that somebody draws on. */

/**
 * @typedef {object} FrameSource
 * @property {CanvasImageSource} picture
 * @property {() => { width: number, height: number }} size
 * @property {(signal: AbortSignal) => Promise<void>} next Until there is another frame than when
 *   this was called last.
 * @property {boolean} isSteady Whether frames come by themselves.
 * @property {() => void} stop Let go of the camera.
 */

const QUALITY = 0.92; // of the JPEG that is sent

/**
 * @param {HTMLVideoElement} video
 * @param {() => void} stop
 * @returns {FrameSource}
 */
export function framesOfVideo(video, stop) {
  let seen = -1;
  return {
    picture: video,
    size: () => ({ width: video.videoWidth, height: video.videoHeight }),
    next: (signal) =>
      until(signal, (done) => {
        const look = () => {
          if (video.currentTime === seen || !video.videoWidth) return wait();
          seen = video.currentTime;
          return done();
        };
        // What is already there need not be waited for: the answer to the last frame took longer.
        const wait = () => void ("requestVideoFrameCallback" in video ? video.requestVideoFrameCallback(look) : requestAnimationFrame(look));
        look();
      }),
    isSteady: true,
    stop,
  };
}

/**
 * A video, again and again; null where this browser does not play it.
 *
 * @param {File} file
 * @returns {Promise<FrameSource | null>}
 */
export async function framesOfFile(file) {
  const video = document.createElement("video");
  const address = URL.createObjectURL(file);
  const stop = () => {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  };
  Object.assign(video, { muted: true, loop: true, playsInline: true, src: address });
  try {
    await video.play();
    return framesOfVideo(video, stop);
  } catch {
    stop();
    return null;
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {() => number} version another one whenever something was drawn
 * @param {() => void} stop
 * @returns {FrameSource}
 */
export function framesOfCanvas(canvas, version, stop) {
  let seen = -1;
  return {
    picture: canvas,
    size: () => canvas,
    next: (signal) =>
      until(signal, (done) => {
        const look = () => {
          if (version() === seen) return void requestAnimationFrame(look);
          seen = version();
          return done();
        };
        look();
      }),
    isSteady: false,
    stop,
  };
}

/**
 * The frame that is there now as a JPEG, and as a picture to be shown.
 *
 * @param {FrameSource} source
 * @param {number} shorter pixels of its shorter side at most
 * @returns {Promise<{ blob: Blob, picture: ImageBitmap }>}
 */
export async function takeFrame({ picture, size }, shorter) {
  const { width, height } = size();
  const scale = Math.min(1, shorter / Math.min(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = canvas.getContext("2d");
  if (context) {
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  }
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  return { blob, picture: canvas.transferToImageBitmap() };
}

/**
 * @param {AbortSignal} signal ends the waiting, too
 * @param {(done: () => void) => void} begin
 * @returns {Promise<void>}
 */
function until(signal, begin) {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    begin(() => resolve());
  });
}
