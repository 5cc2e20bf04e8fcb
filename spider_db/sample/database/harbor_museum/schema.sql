CREATE TABLE artist (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT,
  birth_year INTEGER
);
CREATE TABLE room (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  floor INTEGER
);
CREATE TABLE painting (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  year INTEGER,
  price INTEGER,
  artist_id INTEGER REFERENCES artist (id),
  room_id INTEGER REFERENCES room (id)
);

INSERT INTO artist VALUES
  (1, 'Elin Strand', 'Sweden', 1902),
  (2, 'Bento Faria', 'Portugal', 1871),
  (3, 'Carla Mancini', 'Italy', 1925),
  (4, 'Duncan Reid', 'Scotland', 1888),
  (5, 'Estela Prado', 'Spain', 1940),
  (6, 'Marco Sala', 'Italy', 1899),
  (7, 'Gaia Ferro', 'Italy', 1956),
  (8, 'Nils Palm', 'Sweden', 1910);
INSERT INTO room VALUES
  (1, 'Anchor Hall', 1),
  (2, 'Blue Room', 1),
  (3, 'Lighthouse Room', 2),
  (4, 'Long Gallery', 2),
  (5, 'Tide Room', 1),
  (6, 'Attic', 3);
INSERT INTO painting VALUES
  (1, 'Grey Boats', 1931, 5400, 1, 1),
  (2, 'Low Tide', 1938, 7200, 1, 2),
  (3, 'The Net Menders', 1905, 9800, 2, 1),
  (4, 'Evening Pier', 1960, 3100, 3, 3),
  (5, 'Storm Front', 1921, 6650, 4, 4),
  (6, 'Two Gulls', 1972, 1900, 5, 3),
  (7, 'Salt Market', 1911, 8300, 2, 4),
  (8, 'Harbour Lights', 1988, 2750, 7, 2),
  (9, 'Red Buoy', 1949, 4200, 1, 4),
  (10, 'Fog at Noon', 1966, NULL, 3, 1),
  (11, 'Empty Dock', 1981, 1200, 7, 4),
  (12, 'The Pilot', 1929, 5950, 4, 5);
