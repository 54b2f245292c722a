export interface Tensors {
  /** @throws Error when there is no float32 tensor of this name */
  get(name: string): { readonly shape: number[]; readonly data: Float32Array };
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/** Reads a safetensors file: eight bytes with the length of a JSON header, the header, the tensors' bytes. */
export function readSafetensors(file: Uint8Array): Tensors {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Record<string, Entry>;
  return {
    get(name) {
      const entry = header[name];
      if (entry?.dtype !== 'F32') throw new Error(`The model file has no float32 tensor "${name}".`);
      const [from, to] = entry.data_offsets;
      // Copied: a Float32Array must start at a multiple of four.
      const bytes = Uint8Array.from(file.subarray(8 + length + from, 8 + length + to));
      return { shape: entry.shape, data: new Float32Array(bytes.buffer) };
    },
  };
}
