CREATE TABLE room (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  floor INTEGER NOT NULL,
  beds INTEGER NOT NULL,
  price INTEGER NOT NULL
);

CREATE TABLE guest (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  birth_year INTEGER
);

CREATE TABLE stay (
  id INTEGER PRIMARY KEY,
  guest_id INTEGER NOT NULL REFERENCES guest (id),
  room_id INTEGER NOT NULL REFERENCES room (id),
  arrival DATE NOT NULL,
  nights INTEGER NOT NULL,
  breakfast BOOLEAN NOT NULL
);

INSERT INTO room VALUES
  (1, 'Heron', 1, 6, 24),
  (2, 'Otter', 1, 4, 29),
  (3, 'Badger', 2, 8, 21),
  (4, 'Lynx', 2, 2, 42),
  (5, 'Stork', 3, 4, 31),
  (6, 'Marten', 3, 1, 55);

INSERT INTO guest VALUES
  (1, 'Aino', 'Finland', 1998),
  (2, 'Bela', 'Hungary', 1985),
  (3, 'Celine', 'France', 2001),
  (4, 'Dirk', 'Belgium', 1979),
  (5, 'Eero', 'Finland', 1993),
  (6, 'Fanny', 'France', NULL),
  (7, 'Gizem', 'Turkey', 1990),
  (8, 'Hanna', 'Finland', 2003);

INSERT INTO stay VALUES
  (1, 1, 1, '2026-06-01', 2, 1),
  (2, 2, 4, '2026-06-01', 5, 1),
  (3, 3, 3, '2026-06-02', 1, 0),
  (4, 5, 1, '2026-06-03', 3, 0),
  (5, 7, 5, '2026-06-04', 4, 1),
  (6, 4, 6, '2026-06-05', 7, 1),
  (7, 1, 3, '2026-06-10', 1, 0),
  (8, 8, 2, '2026-06-11', 2, 0),
  (9, 3, 3, '2026-06-12', 6, 1),
  (10, 2, 2, '2026-06-20', 3, 0);
