CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT,
  price REAL
);
CREATE TABLE customer (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  town TEXT,
  birth_year INTEGER
);
CREATE TABLE sale (
  id INTEGER PRIMARY KEY,
  product_id INTEGER REFERENCES product (id),
  customer_id INTEGER REFERENCES customer (id),
  quantity INTEGER,
  sale_date DATE
);

INSERT INTO product VALUES
  (1, 'Rye Loaf', 'bread', 4.2),
  (2, 'Milk Roll', 'bread', 1.1),
  (3, 'Plum Cake', 'cake', 18.5),
  (4, 'Nut Tart', 'tart', 12.0),
  (5, 'Oat Biscuit', 'biscuit', 0.8),
  (6, 'Seed Loaf', 'bread', 5.6),
  (7, 'Lemon Tart', 'tart', 13.4),
  (8, 'Honey Cake', 'cake', 21.0),
  (9, 'Ginger Biscuit', 'biscuit', 0.9),
  (10, 'Corn Bread', 'bread', 3.7);
INSERT INTO customer VALUES
  (1, 'Hugo Marsh', 'Elmstead', 1961),
  (2, 'Bella Torres', 'Elmstead', 1988),
  (3, 'Otto Lind', 'Ravenby', 1975),
  (4, 'Chika Obi', 'Ravenby', 1993),
  (5, 'Greta Olsen', 'Elmstead', 1957),
  (6, 'Farid Aziz', 'Stonely', 2001),
  (7, 'Joan Pike', 'Ravenby', NULL),
  (8, 'Mina Park', 'Elmstead', 1999);
INSERT INTO sale VALUES
  (1, 1, 1, 2, '2024-02-01'),
  (2, 2, 1, 12, '2024-02-01'),
  (3, 3, 2, 1, '2024-02-02'),
  (4, 6, 3, 3, '2024-02-03'),
  (5, 2, 3, 20, '2024-02-05'),
  (6, 5, 4, 30, '2024-02-06'),
  (7, 8, 5, 1, '2024-02-07'),
  (8, 4, 6, 2, '2024-02-09'),
  (9, 1, 3, 4, '2024-02-10'),
  (10, 9, 8, 18, '2024-02-12'),
  (11, 6, 1, 1, '2024-02-14'),
  (12, 2, 2, 8, '2024-02-15'),
  (13, 4, 3, 1, '2024-02-16'),
  (14, 1, 4, 3, '2024-02-17');
