/** Eyes that a colour is seen by. */
export type Sight = "normal" | "deuteranopia" | "protanopia";

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/**
 * What linear sRGB looks like, by the eyes that see it.
 *
 * Source: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for
 * Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009, tables of severity 1.
 */
const MATRICES: Readonly<Record<Sight, Matrix>> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
};

/** All of them. */
export const SIGHTS = Object.keys(MATRICES) as readonly Sight[];

/** Linear sRGB to XYZ, and the white of both (D65). */
const TO_XYZ: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.0721750],
  [0.0193339, 0.1191920, 0.9503041],
];
const WHITE: Triple = [0.95047, 1, 1.08883];

/** A colour, such as "#602b6b", as eyes see it, in CIE L*a*b*. */
export function seenLab(colour: string, sight: Sight): Triple {
  const linear = [1, 3, 5].map((start) => {
    const value = parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as unknown as Triple;
  const seen = times(MATRICES[sight], linear).map((value) => Math.min(1, Math.max(0, value)));
  const [x, y, z] = times(TO_XYZ, seen as unknown as Triple).map((value, i) => {
    const part = value / WHITE[i]!;
    return part > 216 / 24389 ? Math.cbrt(part) : (24389 / 27 * part + 16) / 116;
  });
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}

function times(matrix: Matrix, [x, y, z]: Triple): number[] {
  return matrix.map(([a, b, c]) => a * x + b * y + c * z);
}

/**
 * How far two colours are apart; about 1 can just be seen side by side.
 *
 * Source: G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 Color-Difference Formula", Color Research and
 * Application 30(1), 2005.
 */
export function ciede2000(one: Triple, other: Triple): number {
  const chroma = ([, a, b]: Triple): number => Math.hypot(a, b);
  const grey = 0.5 * (1 - seventh((chroma(one) + chroma(other)) / 2));
  const [first, second] = [one, other].map(([l, a, b]) => {
    const wider = (1 + grey) * a;
    return { l, c: Math.hypot(wider, b), h: (degrees(Math.atan2(b, wider)) + 360) % 360 };
  }) as unknown as readonly [Polar, Polar];
  const turn = turned(second.h - first.h);
  const hue = first.c * second.c === 0 ? first.h + second.h : first.h + turn / 2;
  const [l, c] = [(first.l + second.l) / 2, (first.c + second.c) / 2];
  const t = 1 - 0.17 * cosine(hue - 30) + 0.24 * cosine(2 * hue) + 0.32 * cosine(3 * hue + 6) -
    0.2 * cosine(4 * hue - 63);
  const lightness = (second.l - first.l) /
    (1 + 0.015 * (l - 50) ** 2 / Math.sqrt(20 + (l - 50) ** 2));
  const colourfulness = (second.c - first.c) / (1 + 0.045 * c);
  const hues = 2 * Math.sqrt(first.c * second.c) * Math.sin(turn / 2 * Math.PI / 180) /
    (1 + 0.015 * c * t);
  const blue = 60 * Math.exp(-((((hue + 360) % 360 - 275) / 25) ** 2));
  const rotation = -2 * seventh(c) * Math.sin(blue * Math.PI / 180);
  return Math.sqrt(
    lightness ** 2 + colourfulness ** 2 + hues ** 2 + rotation * colourfulness * hues,
  );
}

/** A colour by lightness, chroma and hue, in degrees. */
interface Polar {
  readonly l: number;
  readonly c: number;
  readonly h: number;
}

function seventh(chroma: number): number {
  return Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7));
}

/** An angle between -180 and 180. */
function turned(angle: number): number {
  return angle > 180 ? angle - 360 : angle < -180 ? angle + 360 : angle;
}

function degrees(angle: number): number {
  return angle * 180 / Math.PI;
}

function cosine(angle: number): number {
  return Math.cos(angle * Math.PI / 180);
}
