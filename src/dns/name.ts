/**
 * A domain name (RFC 1035 section 3.1) as its octets on the wire, without compression. Labels are
 * any octets (RFC 2181 section 11); names are compared without regard to the case of A to Z only
 * (RFC 4343 section 3), on octets and never by the case rules of JavaScript strings.
 *
 * Text to name and back is in presentation.ts.
 */
export class Name {
  /** Length and octets of each label, and the root's 0 at the end: 1 to 255 octets. */
  readonly octets: Uint8Array;
  /** The octets with A to Z folded, as Latin-1 text: equal exactly for equal names, to be used as a key of a Map. */
  readonly key: string;

  /** `octets` must be a valid name: WireReader.name and nameFromLabels make sure of it. */
  constructor(octets: Uint8Array) {
    this.octets = octets;
    this.key = foldedKey(octets);
  }

  /** Whether this name is `apex` or ends in all of its labels. */
  isAtOrBelow(apex: Name): boolean {
    const start = this.key.length - apex.key.length;
    if (start < 0 || !this.key.endsWith(apex.key)) return false;
    // The suffix must begin at a label: an octet inside a label can look like a length.
    let offset = 0;
    while (offset < start) offset += labelLength(this, offset) + 1;
    return offset === start;
  }

  equals(other: Name): boolean {
    return this.key === other.key;
  }

  /** Offsets at which the suffixes of this name begin: its own (0) first, the root's last. */
  suffixOffsets(): number[] {
    const offsets = [0];
    let offset = 0;
    while (labelLength(this, offset) > 0) {
      offset += labelLength(this, offset) + 1;
      offsets.push(offset);
    }
    return offsets;
  }
}

/** The longest a name may be on the wire: RFC 1035 section 2.3.4. */
export const MAX_NAME_OCTETS = 255;
/** The longest a label may be: RFC 1035 section 2.3.4. */
export const MAX_LABEL_OCTETS = 63;

export const ROOT: Name = new Name(new Uint8Array(1));

/** The name made of these labels in front of `suffix`, or undefined if a label is empty or too long, or the name is. */
export function nameFromLabels(
  labels: readonly Uint8Array[],
  suffix: Name = ROOT,
): Name | undefined {
  let length = suffix.octets.length;
  for (const label of labels) {
    if (label.length === 0 || label.length > MAX_LABEL_OCTETS) return undefined;
    length += label.length + 1;
  }
  if (length > MAX_NAME_OCTETS) return undefined;
  const octets = new Uint8Array(length);
  let offset = 0;
  for (const label of labels) {
    octets[offset] = label.length;
    octets.set(label, offset + 1);
    offset += label.length + 1;
  }
  octets.set(suffix.octets, offset);
  return new Name(octets);
}

/** Whether two octets are equal but for the case of A to Z: RFC 4343 section 3. */
export function equalOctetIgnoringCase(a: number, b: number): boolean {
  return foldOctet(a) === foldOctet(b);
}

/** A to Z as a to z, any other octet as it is: RFC 4343 section 3. Lengths of labels are below "A". */
export function foldOctet(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}

function labelLength(name: Name, offset: number): number {
  return name.octets[offset] ?? 0;
}

/** Lengths are at most 63, below "A", so folding all octets folds the labels alone. */
function foldedKey(octets: Uint8Array): string {
  const folded = Buffer.allocUnsafe(octets.length);
  for (let i = 0; i < octets.length; i++) folded[i] = foldOctet(octets[i] ?? 0);
  return folded.toString("latin1");
}
