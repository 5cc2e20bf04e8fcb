CREATE TABLE station (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  altitude INTEGER,
  opened DATE
);
CREATE TABLE sensor (
  id INTEGER PRIMARY KEY,
  station_id INTEGER REFERENCES station (id),
  kind TEXT,
  age INTEGER
);
CREATE TABLE reading (
  id INTEGER PRIMARY KEY,
  station_id INTEGER REFERENCES station (id),
  read_date DATE,
  temperature REAL,
  rain REAL,
  wind INTEGER
);

INSERT INTO station VALUES
  (1, 'Fog Point', 12, '1961-05-01'),
  (2, 'Birch Hill', 640, '1988-09-15'),
  (3, 'Eagle Saddle', 1870, '2004-06-20'),
  (4, 'Mill Pond', 95, '1994-03-10'),
  (5, 'Salt Flats', 4, '2016-11-02'),
  (6, 'Quarry Top', 415, '2011-04-08');
INSERT INTO sensor VALUES
  (1, 1, 'barometer', 12),
  (2, 1, 'rain gauge', 4),
  (3, 2, 'thermometer', 7),
  (4, 2, 'rain gauge', 15),
  (5, 2, 'wind vane', 2),
  (6, 3, 'thermometer', 9),
  (7, 3, 'wind vane', 6),
  (8, 5, 'thermometer', 1),
  (9, 5, 'rain gauge', 3),
  (10, 6, 'thermometer', 11);
INSERT INTO reading VALUES
  (1, 1, '2024-01-03', 6.4, 12.5, 38),
  (2, 1, '2024-01-19', 4.1, 3.0, 51),
  (3, 1, '2024-02-07', 7.8, 0.0, 22),
  (4, 2, '2024-01-04', -1.5, 8.2, 30),
  (5, 2, '2024-02-11', 2.3, NULL, 17),
  (6, 3, '2024-01-05', -14.2, NULL, 74),
  (7, 3, '2024-01-27', -9.6, 21.0, 63),
  (8, 3, '2024-02-16', -11.0, 4.4, 90),
  (9, 3, '2024-03-02', -6.3, NULL, 55),
  (10, 4, '2024-01-22', 3.7, 15.8, 11),
  (11, 4, '2024-03-09', 9.9, 1.1, 14),
  (12, 5, '2024-01-30', 11.2, 0.5, 97),
  (13, 6, '2024-02-24', 0.8, 6.7, 35);
