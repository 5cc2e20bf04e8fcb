CREATE TABLE supplier (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  town TEXT
);
CREATE TABLE plant (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  colour TEXT,
  height INTEGER,
  price REAL,
  supplier_id INTEGER REFERENCES supplier (id)
);
CREATE TABLE purchase (
  id INTEGER PRIMARY KEY,
  plant_id INTEGER REFERENCES plant (id),
  amount INTEGER,
  buy_date DATE
);

INSERT INTO supplier VALUES
  (1, 'Green Gate', 'Alderton'),
  (2, 'Root and Leaf', 'Penbrook'),
  (3, 'Fern House', 'Alderton'),
  (4, 'Sunny Beds', 'Larkfield'),
  (5, 'Moss Yard', 'Penbrook'),
  (6, 'Ivy Lane', 'Alderton'),
  (7, 'Bloom Barn', NULL);
INSERT INTO plant VALUES
  (1, 'Red Dahlia', 'red', 80, 6.5, 1),
  (2, 'Snow Iris', 'white', 60, 4.9, 1),
  (3, 'Blue Sage', 'blue', 45, 3.8, 2),
  (4, 'Sun Rose', 'yellow', 30, 5.2, 3),
  (5, 'White Lily', 'white', 95, 7.4, 2),
  (6, 'Dwarf Fern', 'green', 25, 8.1, 4),
  (7, 'Giant Poppy', 'red', 110, 3.2, 1),
  (8, 'Night Violet', 'blue', 20, 2.7, 5),
  (9, 'Box Shrub', 'green', 130, 14.5, 4),
  (10, 'Pale Daisy', 'white', 35, 2.1, 7);
INSERT INTO purchase VALUES
  (1, 1, 3, '2024-03-02'),
  (2, 1, 5, '2024-04-11'),
  (3, 2, 10, '2024-03-09'),
  (4, 3, 6, '2024-03-15'),
  (5, 3, 4, '2024-05-01'),
  (6, 3, 9, '2024-05-20'),
  (7, 5, 2, '2024-04-03'),
  (8, 6, 1, '2024-04-20'),
  (9, 7, 25, '2024-05-05'),
  (10, 9, 7, '2024-05-08'),
  (11, 10, 15, '2024-04-28'),
  (12, 10, 8, '2024-05-30');
