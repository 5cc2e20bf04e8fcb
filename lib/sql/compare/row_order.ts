/** How rows are compared. */
export type RowOrder = "ordered" | "any";
