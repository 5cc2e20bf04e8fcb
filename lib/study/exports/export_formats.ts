/** The forms that a study is exported in. */
export const EXPORT_FORMATS = ["csv", "parquet", "lm-eval", "model-card", "junit"] as const;

/** One of {@linkcode EXPORT_FORMATS}. */
export type ExportFormat = typeof EXPORT_FORMATS[number];
