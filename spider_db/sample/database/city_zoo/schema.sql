CREATE TABLE keeper (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  age INTEGER,
  salary INTEGER
);
CREATE TABLE animal (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  species TEXT,
  weight REAL,
  keeper_id INTEGER REFERENCES keeper (id)
);
CREATE TABLE feeding (
  id INTEGER PRIMARY KEY,
  animal_id INTEGER REFERENCES animal (id),
  food TEXT,
  amount REAL,
  feed_date DATE
);

INSERT INTO keeper VALUES
  (1, 'Alice Thorne', 38, 2450),
  (2, 'Boris Hahn', 55, 2900),
  (3, 'Carmen Diaz', 44, 2700),
  (4, 'Dele Okoro', 27, 2150),
  (5, 'Eva Lindqvist', 61, 3050),
  (6, 'Fergus Shaw', 32, 2300),
  (7, 'Gloria Pinto', 49, 2820);
INSERT INTO animal VALUES
  (1, 'Bruno', 'bear', 310.5, 2),
  (2, 'Misha', 'bear', 275.0, 2),
  (3, 'Zola', 'zebra', 330.0, 1),
  (4, 'Pip', 'penguin', 5.4, 3),
  (5, 'Flip', 'penguin', 4.8, 3),
  (6, 'Waddle', 'penguin', 6.1, 3),
  (7, 'Kito', 'giraffe', 980.0, 1),
  (8, 'Tambo', 'lion', 190.0, 5),
  (9, 'Sheba', 'lion', 142.5, 5),
  (10, 'Oskar', 'otter', 9.2, 3),
  (11, 'Stripe', 'zebra', NULL, 6);
INSERT INTO feeding VALUES
  (1, 1, 'fish', 12.0, '2024-04-01'),
  (2, 1, 'berries', 6.5, '2024-04-02'),
  (3, 3, 'hay', 9.0, '2024-04-01'),
  (4, 4, 'fish', 0.8, '2024-04-01'),
  (5, 5, 'fish', 0.7, '2024-04-02'),
  (6, 7, 'leaves', 30.0, '2024-04-02'),
  (7, 8, 'meat', 7.5, '2024-04-03'),
  (8, 9, 'meat', 5.5, '2024-04-03'),
  (9, 1, 'fish', 10.0, '2024-04-04'),
  (10, 10, 'fish', 1.4, '2024-04-04'),
  (11, 7, 'hay', 14.0, '2024-04-05'),
  (12, 2, 'fish', 11.0, '2024-04-05'),
  (13, 8, 'meat', 8.0, '2024-04-06'),
  (14, 1, 'honey', 1.2, '2024-04-07');
