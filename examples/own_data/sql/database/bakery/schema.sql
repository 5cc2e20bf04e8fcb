CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  price REAL NOT NULL
);

CREATE TABLE customer (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  street TEXT NOT NULL,
  since INTEGER NOT NULL
);

CREATE TABLE sale (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  product_id INTEGER NOT NULL REFERENCES product (id),
  quantity INTEGER NOT NULL,
  sold_on DATE NOT NULL
);

INSERT INTO product VALUES
  (1, 'rye loaf', 'bread', 4.2),
  (2, 'wheat loaf', 'bread', 3.6),
  (3, 'baguette', 'bread', 2.4),
  (4, 'poppy roll', 'roll', 0.7),
  (5, 'seed roll', 'roll', 0.8),
  (6, 'plum cake', 'cake', 3.1),
  (7, 'cheese cake', 'cake', 3.5),
  (8, 'croissant', 'pastry', 1.6);

INSERT INTO customer VALUES
  (1, 'Amelie', 'Mill Lane', 2018),
  (2, 'Bruno', 'Harbour Street', 2020),
  (3, 'Chiara', 'Mill Lane', 2021),
  (4, 'Dario', 'Station Road', 2019),
  (5, 'Elif', 'Harbour Street', 2023),
  (6, 'Femke', 'Station Road', 2022),
  (7, 'Goran', 'Castle Hill', 2017);

INSERT INTO sale VALUES
  (1, 1, 1, 1, '2026-03-02'),
  (2, 1, 4, 6, '2026-03-02'),
  (3, 2, 3, 2, '2026-03-02'),
  (4, 3, 6, 3, '2026-03-03'),
  (5, 3, 8, 2, '2026-03-03'),
  (6, 4, 2, 1, '2026-03-04'),
  (7, 4, 5, 8, '2026-03-04'),
  (8, 5, 7, 1, '2026-03-05'),
  (9, 1, 1, 2, '2026-03-05'),
  (10, 6, 1, 1, '2026-03-06'),
  (11, 6, 8, 4, '2026-03-06'),
  (12, 2, 4, 4, '2026-03-06');
