/** One question on one database, with its gold query as released (whitespace untouched). */
export interface SpiderExample {
  /**
   * `dev-12` is entry 12 (counted from 0) of `dev.json`. `train-<i>` counts on through
   * `train_spider.json` and `train_others.json`, as the lines of `train_gold.sql` do. A question of
   * your own file has its own id, or the file's name and its place.
   */
  readonly id: string;
  /** The database, a key of {@link SpiderData.schemas}. */
  readonly dbId: string;
  /** The question in English. */
  readonly question: string;
  /** The gold SQL query. */
  readonly query: string;
  /** A hint that the prompt shows after the question; Spider has none. */
  readonly evidence?: string;
}

/** A column as `tables.json` names it (`column_names_original`). */
export interface Column {
  /** The name in the database. */
  readonly name: string;
  /** Spider's type: `text`, `number`, `time`, `boolean` or `others`. */
  readonly type: string;
  /** Values of the column to show in a prompt, as SQL literals; left out where none are shown. */
  readonly values?: readonly string[];
}

/** A table as `tables.json` names it (`table_names_original`). */
export interface Table {
  /** The name in the database. */
  readonly name: string;
  /** The columns, in the order of `tables.json`. */
  readonly columns: readonly Column[];
}

/** A column and the table it is in. */
export interface ColumnRef {
  /** The table's name. */
  readonly table: string;
  /** The column's name. */
  readonly column: string;
}

/** `table.column` refers to `refTable.refColumn`. */
export interface ForeignKey extends ColumnRef {
  /** The table that is referred to. */
  readonly refTable: string;
  /** The column that is referred to. */
  readonly refColumn: string;
}

/** One entry of `tables.json`. */
export interface DatabaseSchema {
  /** The database's name. */
  readonly dbId: string;
  /** Its tables, in the order of `tables.json`. */
  readonly tables: readonly Table[];
  /** Its primary key columns; a composite key has several. */
  readonly primaryKeys: readonly ColumnRef[];
  /** Its foreign keys, in the order of `tables.json`, each once. */
  readonly foreignKeys: readonly ForeignKey[];
}

/** A database without a file, and how many questions cannot be used for it. */
export interface MissingDatabase {
  /** The database's name. */
  readonly dbId: string;
  /** The number of examples on it, of dev where nothing else is said. */
  readonly examples: number;
}

/** Text-to-SQL data, read and checked: Spider, or your own. */
export interface SpiderData {
  /** The folder it was read from; that of the file, of questions in a file. */
  readonly root: string;
  /** The training examples, in file order; your own data may have none. */
  readonly train: readonly SpiderExample[];
  /** The dev examples, in file order, those of missing databases included. */
  readonly dev: readonly SpiderExample[];
  /** The schemas by database name. */
  readonly schemas: ReadonlyMap<string, DatabaseSchema>;
  /** The dev databases whose `.sqlite` file is absent or empty, by name. */
  readonly missingDatabases: readonly MissingDatabase[];
  /** Train databases whose examples are left out as prompts show values and there is no file. */
  readonly withoutValues?: readonly MissingDatabase[];
  /** SHA-256 (hex) of each JSON file read, by file name; and of the databases that schemas were made of. */
  readonly hashes: Readonly<Record<string, string>>;
  /** One line for each thing about the files that whoever reads the numbers should know. */
  readonly notes: readonly string[];
  /**
   * Where the SQLite file of a database is, or would be.
   *
   * @throws {RangeError} If `tables.json` does not have the database.
   */
  databasePath(dbId: string): string;
}

/** One turn of a chat. */
export interface ChatMessage {
  /** Who speaks. */
  readonly role: "system" | "user" | "assistant";
  /** What is said, without any template's markers. */
  readonly content: string;
}

/** A chat to complete, and how much of it other questions on the same database begin with too. */
export interface ChatPrompt {
  /** The turns; the last is the user's. */
  readonly messages: readonly ChatMessage[];
  /**
   * Characters (UTF-16 units) of the last turn's content that every question on this database
   * shares; all turns before it are shared as well.
   */
  readonly sharedLength: number;
}
