CREATE TABLE driver (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  age INTEGER,
  rating REAL
);
CREATE TABLE car (
  id INTEGER PRIMARY KEY,
  model TEXT NOT NULL,
  colour TEXT,
  seats INTEGER,
  driver_id INTEGER REFERENCES driver (id)
);
CREATE TABLE ride (
  id INTEGER PRIMARY KEY,
  driver_id INTEGER REFERENCES driver (id),
  distance REAL,
  price REAL,
  ride_date DATE
);

INSERT INTO driver VALUES
  (1, 'Abel Tesfa', 47, 4.6),
  (2, 'Birgit Kohl', 35, 4.8),
  (3, 'Carlos Vega', 52, 4.2),
  (4, 'Dina Farouk', 29, 4.7),
  (5, 'Emre Kaya', 41, 3.9),
  (6, 'Fiona Gray', 58, 4.4),
  (7, 'Goran Ilic', 33, 4.9),
  (8, 'Huda Karim', 26, NULL);
INSERT INTO car VALUES
  (1, 'Vela', 'white', 4, 1),
  (2, 'Orbit', 'black', 4, 2),
  (3, 'Vela', 'yellow', 4, 3),
  (4, 'Marlow', 'white', 8, 3),
  (5, 'Orbit', 'black', 5, 4),
  (6, 'Tando', 'white', 6, 5),
  (7, 'Tando', 'blue', 7, 3),
  (8, 'Orbit', 'white', 4, 6),
  (9, 'Tando', 'grey', 5, 1),
  (10, 'Brisk', 'black', 4, 6);
INSERT INTO ride VALUES
  (1, 1, 5.2, 14.5, '2024-09-01'),
  (2, 1, 12.8, 31.0, '2024-09-02'),
  (3, 2, 3.1, 9.5, '2024-09-01'),
  (4, 2, 22.4, 52.0, '2024-09-03'),
  (5, 2, 7.7, 19.0, '2024-09-05'),
  (6, 3, 15.0, 36.5, '2024-09-04'),
  (7, 4, 2.4, 8.0, '2024-09-04'),
  (8, 4, 9.9, 24.0, '2024-09-06'),
  (9, 5, 18.3, 43.5, '2024-09-07'),
  (10, 6, 6.5, 17.0, '2024-09-07'),
  (11, 7, 4.0, 12.0, '2024-09-08'),
  (12, 2, 11.6, 28.5, '2024-09-09'),
  (13, 7, 30.5, 70.0, '2024-09-10'),
  (14, 1, 1.9, 7.5, '2024-09-11'),
  (15, 2, 6.1, 15.5, '2024-09-12');
