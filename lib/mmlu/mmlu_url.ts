/** Where the authors keep the data. */
export const MMLU_URL = "https://people.eecs.berkeley.edu/~hendrycks/data.tar";
