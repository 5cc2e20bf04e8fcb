CREATE TABLE director (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT
);
CREATE TABLE film (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  genre TEXT,
  minutes INTEGER,
  director_id INTEGER REFERENCES director (id)
);
CREATE TABLE cinema (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  seats INTEGER
);
CREATE TABLE screening (
  id INTEGER PRIMARY KEY,
  film_id INTEGER REFERENCES film (id),
  cinema_id INTEGER REFERENCES cinema (id),
  show_date DATE,
  tickets INTEGER
);

INSERT INTO director VALUES
  (1, 'Anouk Verbeek', 'Belgium'),
  (2, 'Hana Morita', 'Japan'),
  (3, 'Pablo Quiroga', 'Argentina'),
  (4, 'Greta Olsen', 'Norway'),
  (5, 'Samuel Achebe', 'Nigeria'),
  (6, 'Kenji Ota', 'Japan'),
  (7, 'Lorena Vidal', 'Argentina'),
  (8, 'Tariq Aziz', 'Jordan');
INSERT INTO film VALUES
  (1, 'Paper Lanterns', 'drama', 118, 2),
  (2, 'The Quiet Canal', 'drama', 94, 1),
  (3, 'Seven Buses', 'comedy', 87, 3),
  (4, 'Night Fjord', 'thriller', 126, 4),
  (5, 'Lagos at Noon', 'documentary', 71, 5),
  (6, 'Rice and Rain', 'drama', 133, 2),
  (7, 'Borrowed Hats', 'comedy', 99, 1),
  (8, 'Tango for Three', 'comedy', 105, 7),
  (9, 'Cold Wires', 'thriller', 110, 4),
  (10, 'Market Mothers', 'documentary', 58, 5),
  (11, 'Snow Tea', 'drama', 141, 2);
INSERT INTO cinema VALUES
  (1, 'Astra', 320),
  (2, 'Little Palace', 95),
  (3, 'Union Hall', 210),
  (4, 'Garden Screen', 140),
  (5, 'Roxy', 260),
  (6, 'Cellar', 48);
INSERT INTO screening VALUES
  (1, 1, 1, '2023-05-04', 288),
  (2, 1, 3, '2023-05-06', 190),
  (3, 2, 2, '2023-05-04', 77),
  (4, 3, 5, '2023-05-05', 204),
  (5, 4, 1, '2023-05-05', 310),
  (6, 5, 6, '2023-05-06', 31),
  (7, 6, 3, '2023-05-07', 122),
  (8, 8, 2, '2023-05-07', 88),
  (9, 8, 1, '2023-05-08', 245),
  (10, 8, 5, '2023-05-09', 251),
  (11, 9, 6, '2023-05-08', 48),
  (12, 11, 1, '2023-05-10', NULL),
  (13, 10, 2, '2023-05-10', 40);
