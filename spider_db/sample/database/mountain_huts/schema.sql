CREATE TABLE region (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT
);
CREATE TABLE hut (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  altitude INTEGER,
  beds INTEGER,
  region_id INTEGER REFERENCES region (id)
);
CREATE TABLE guide (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  age INTEGER,
  region_id INTEGER REFERENCES region (id)
);
CREATE TABLE hiker (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  age INTEGER
);
CREATE TABLE booking (
  id INTEGER PRIMARY KEY,
  hut_id INTEGER REFERENCES hut (id),
  hiker_id INTEGER REFERENCES hiker (id),
  nights INTEGER,
  start_date DATE
);
CREATE TABLE tour (
  id INTEGER PRIMARY KEY,
  guide_id INTEGER REFERENCES guide (id),
  hiker_id INTEGER REFERENCES hiker (id),
  price INTEGER
);

INSERT INTO region VALUES
  (1, 'Grey Peaks', 'Austria'),
  (2, 'Larch Valley', 'Italy'),
  (3, 'Bear Pass', 'Slovenia'),
  (4, 'Ice Fork', 'Austria'),
  (5, 'Twin Lakes', 'Italy'),
  (6, 'Eagle Wall', 'Austria');
INSERT INTO hut VALUES
  (1, 'Falcon Hut', 2350, 40, 1),
  (2, 'Moss Cabin', 1480, 16, 2),
  (3, 'Cloud House', 2890, 62, 4),
  (4, 'Pine Shelter', 1710, 24, 2),
  (5, 'Wolf Lodge', 2040, 35, 3),
  (6, 'Summit Base', 3105, 28, 4),
  (7, 'Spring Hut', 1625, 20, 2),
  (8, 'Star Camp', 2510, NULL, 1);
INSERT INTO guide VALUES
  (1, 'Jonas Egger', 45, 1),
  (2, 'Livia Conti', 32, 2),
  (3, 'Marko Zupan', 51, 3),
  (4, 'Sara Huber', 29, 4),
  (5, 'Enzo Riva', 38, 2),
  (6, 'Tina Moser', 41, 1);
INSERT INTO hiker VALUES
  (1, 'Alma Frey', 26),
  (2, 'Bruno Kiss', 48),
  (3, 'Celia Dunn', 35),
  (4, 'Dario Neri', 59),
  (5, 'Elsa Wiik', 31),
  (6, 'Finn Doyle', 22),
  (7, 'Gwen Hale', 44),
  (8, 'Henk Bos', 67);
INSERT INTO booking VALUES
  (1, 1, 1, 2, '2024-07-03'),
  (2, 3, 2, 3, '2024-07-05'),
  (3, 3, 1, 1, '2024-07-06'),
  (4, 2, 3, 4, '2024-07-10'),
  (5, 5, 4, 2, '2024-07-14'),
  (6, 6, 5, 1, '2024-07-20'),
  (7, 3, 5, 2, '2024-07-21'),
  (8, 4, 6, 5, '2024-08-01'),
  (9, 1, 7, 3, '2024-08-04'),
  (10, 3, 7, 1, '2024-08-08'),
  (11, 2, 1, 2, '2024-08-11'),
  (12, 6, 3, 2, '2024-08-15'),
  (13, 5, 1, 1, '2024-08-20');
INSERT INTO tour VALUES
  (1, 1, 1, 180),
  (2, 2, 3, 140),
  (3, 2, 6, 95),
  (4, 3, 4, 210),
  (5, 4, 2, 260),
  (6, 4, 5, 230),
  (7, 3, 7, 275),
  (8, 1, 7, 165),
  (9, 2, 1, 120);
