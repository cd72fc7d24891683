/**
 * Drag and drop on every page, and paste: the files that are brought, and those in their folders,
 * with their paths.
 */

/**
 * @typedef {{ path: string, file: File | null }} Dropped a file that cannot be read is null; `path`
 *   has a "/" below a folder
 */

/**
 * Let files be dropped anywhere on the page, or pasted. Without this the browser leaves the page
 * and shows what is dropped.
 *
 * @param {HTMLElement} veil shown while files are held over the page
 * @param {(data: DataTransfer, target: EventTarget | null) => void} take called within the event:
 *   afterwards the data is gone
 */
export function listenForDrops(veil, take) {
  let depth = 0; // the pointer enters and leaves every element on its way
  const show = (/** @type {number} */ change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };
  addEventListener("dragenter", ({ dataTransfer }) => hasFiles(dataTransfer) && show(1));
  addEventListener("dragleave", ({ dataTransfer }) => hasFiles(dataTransfer) && show(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    show(-depth);
    if (event.dataTransfer) take(event.dataTransfer, event.target);
  });
  addEventListener("paste", ({ clipboardData, target }) => clipboardData && take(clipboardData, target));
}

/**
 * Whether files or folders are carried, rather than a text or a link.
 *
 * @param {DataTransfer | null} data
 */
export function hasFiles(data) {
  return data?.types.includes("Files") ?? false;
}

/**
 * Whether folders are among what is carried; to be asked within the event.
 *
 * @param {DataTransfer} data
 */
export function hasFolder(data) {
  return [...data.items].some((item) => item.webkitGetAsEntry()?.isDirectory);
}

/**
 * All files, those in folders too, in the order in which they are met; to be called within the
 * event. Ends after `most`, so that a whole disk is no endless work.
 *
 * @param {DataTransfer} data
 * @param {number} most
 * @returns {Promise<Dropped[]>}
 */
export async function readDropped(data, most) {
  const items = [...data.items].filter(({ kind }) => kind === "file"); // all of them are gone after the event
  const roots = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  /** @type {Dropped[]} */
  const found = [];
  for (const { entry, file } of roots) {
    if (entry?.isDirectory) await readFolder(/** @type {FileSystemDirectoryEntry} */ (entry), found, most);
    else if (file) found.push({ path: file.name, file });
  }
  return found;
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @param {Dropped[]} found takes what lies in the folder
 * @param {number} most
 */
async function readFolder(folder, found, most) {
  const reader = folder.createReader();
  while (found.length < most) {
    const some = await nextEntries(reader);
    if (some === null) found.push({ path: pathOf(folder), file: null });
    if (!some?.length) return;
    for (const entry of some) {
      if (found.length >= most) return;
      if (entry.isDirectory) await readFolder(/** @type {FileSystemDirectoryEntry} */ (entry), found, most);
      else found.push({ path: pathOf(entry), file: await fileOf(/** @type {FileSystemFileEntry} */ (entry)) });
    }
  }
}

/**
 * A reader gives a hundred entries at a time, and none at the end; null where the folder cannot be
 * read.
 *
 * @param {FileSystemDirectoryReader} reader
 * @returns {Promise<FileSystemEntry[] | null>}
 */
function nextEntries(reader) {
  return new Promise((resolve) => reader.readEntries(resolve, () => resolve(null)));
}

/**
 * @param {FileSystemFileEntry} entry
 * @returns {Promise<File | null>}
 */
function fileOf(entry) {
  return new Promise((resolve) => entry.file(resolve, () => resolve(null)));
}

/** @param {FileSystemEntry} entry */
function pathOf({ fullPath }) {
  return fullPath.slice(1);
}
