-- A small shop: two tables with a key, repeated and missing values, and text beyond ASCII.
CREATE TABLE maker (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT
);
CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  maker_id INTEGER REFERENCES maker(id),
  name TEXT,
  price REAL,
  stock INTEGER,
  value INTEGER
);
INSERT INTO maker VALUES
  (1, 'Aurora', 'Brazil'),
  (2, 'Boreal', 'Canada'),
  (3, 'Café', 'France'),
  (4, 'Dune', NULL);
INSERT INTO product VALUES
  (1, 1, 'lamp', 10.5, 3, 1),
  (2, 1, 'chair', 20.0, 0, 2),
  (3, 2, 'lamp', 10.5, 3, 3),
  (4, 2, 'table', 99.99, 7, 4),
  (5, 3, 'cup', 2.0, 100, 5),
  (6, 3, 'cup', 2.0, 100, 6),
  (7, NULL, 'spoon', NULL, NULL, 7);
