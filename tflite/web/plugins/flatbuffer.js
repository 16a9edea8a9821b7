/** Reads tables of a FlatBuffers file by field number; enough for the schema of .tflite. */

export class Table {
  /**
   * @param {DataView} view The whole file.
   * @param {number} position Where the table begins, bytes.
   */
  constructor(view, position) {
    this.view = view;
    this.position = position;
    this.layout = position - view.getInt32(position, true);
  }

  static root(view) {
    return new Table(view, view.getUint32(0, true));
  }

  /** Position of a field's value; 0 where the file leaves it at its default. */
  field(number) {
    const entry = 4 + 2 * number;
    if (entry >= this.view.getUint16(this.layout, true)) return 0;
    const offset = this.view.getUint16(this.layout + entry, true);
    return offset && this.position + offset;
  }

  int8(number, fallback) {
    const at = this.field(number);
    return at ? this.view.getInt8(at) : fallback;
  }

  uint32(number, fallback) {
    const at = this.field(number);
    return at ? this.view.getUint32(at, true) : fallback;
  }

  table(number) {
    const at = this.field(number);
    return at ? new Table(this.view, at + this.view.getUint32(at, true)) : null;
  }

  /** [position of the first element, count] of a vector or string. */
  vector(number) {
    const at = this.field(number);
    if (!at) return [0, 0];
    const start = at + this.view.getUint32(at, true);
    return [start + 4, this.view.getUint32(start, true)];
  }

  tables(number) {
    const [start, count] = this.vector(number);
    return Array.from({ length: count }, (_, index) => {
      const at = start + 4 * index;
      return new Table(this.view, at + this.view.getUint32(at, true));
    });
  }

  bytes(number) {
    const [start, count] = this.vector(number);
    return new Uint8Array(this.view.buffer, this.view.byteOffset + start, count);
  }

  text(number) {
    return new TextDecoder().decode(this.bytes(number));
  }

  int32s(number) {
    const [start, count] = this.vector(number);
    return Array.from({ length: count }, (_, index) => this.view.getInt32(start + 4 * index, true));
  }

  float32s(number) {
    const [start, count] = this.vector(number);
    return Array.from({ length: count }, (_, index) => this.view.getFloat32(start + 4 * index, true));
  }

  int64s(number) {
    const [start, count] = this.vector(number);
    const read = (index) => Number(this.view.getBigInt64(start + 8 * index, true));
    return Array.from({ length: count }, (_, index) => read(index));
  }
}
