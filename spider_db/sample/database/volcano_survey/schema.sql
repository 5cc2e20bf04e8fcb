CREATE TABLE volcano (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT,
  kind TEXT,
  height INTEGER
);
CREATE TABLE eruption (
  id INTEGER PRIMARY KEY,
  volcano_id INTEGER REFERENCES volcano (id),
  year INTEGER,
  days INTEGER,
  ash REAL
);

INSERT INTO volcano VALUES
  (1, 'Mount Karuna', 'Indonesia', 'cone', 2910),
  (2, 'Svartfell', 'Iceland', 'shield', 1480),
  (3, 'Cerro Pardo', 'Chile', 'cone', 5330),
  (4, 'Monte Grillo', 'Italy', 'cone', 1240),
  (5, 'Hvitagil', 'Iceland', 'fissure', 810),
  (6, 'Pico Bruma', 'Ecuador', 'dome', 4675),
  (7, 'Gunung Teluk', 'Indonesia', 'cone', 3325),
  (8, 'Isla Roja', 'Ecuador', 'cone', 1705),
  (9, 'Kaminari', 'Japan', 'dome', 2150),
  (10, 'Batu Merah', 'Indonesia', 'dome', 1890);
INSERT INTO eruption VALUES
  (1, 1, 1883, 41, 6.5),
  (2, 1, 1920, 12, 1.8),
  (3, 1, 1966, 30, 3.9),
  (4, 2, 1947, 390, 0.6),
  (5, 3, 1932, 18, 9.2),
  (6, 4, 1906, 9, NULL),
  (7, 5, 1973, 155, 0.2),
  (8, 5, 2010, 71, 0.9),
  (9, 6, 1999, 240, 4.4),
  (10, 7, 1951, 3, 0.7),
  (11, 7, 1984, 27, 2.6),
  (12, 9, 1991, 63, 5.1),
  (13, 2, 2021, 184, 0.1),
  (14, 7, 2014, 6, 1.2),
  (15, 7, 2019, NULL, 0.8),
  (16, 6, 1877, 15, 7.3);
