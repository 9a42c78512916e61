/** The middle one, and how far the others are from it. */
export interface Sample {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function sampleOf(values: readonly number[]): Sample {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return { median: at(sorted.length >> 1), least: at(0), most: at(sorted.length - 1) };
}

/** `4.21 (4.10..4.90)`. */
export function formatSample({ median, least, most }: Sample, digits: number): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)}..${most.toFixed(digits)})`;
}
