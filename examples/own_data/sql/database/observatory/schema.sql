CREATE TABLE telescope (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  aperture_mm INTEGER NOT NULL,
  built INTEGER NOT NULL
);

CREATE TABLE target (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  magnitude REAL NOT NULL
);

CREATE TABLE observation (
  id INTEGER PRIMARY KEY,
  telescope_id INTEGER NOT NULL REFERENCES telescope (id),
  target_id INTEGER NOT NULL REFERENCES target (id),
  night DATE NOT NULL,
  minutes INTEGER NOT NULL,
  seeing REAL
);

INSERT INTO telescope VALUES
  (1, 'Old Brass', 'refractor', 150, 1911),
  (2, 'Grey Tube', 'reflector', 600, 1974),
  (3, 'North Dome', 'reflector', 1200, 1998),
  (4, 'Guide Scope', 'refractor', 80, 2005),
  (5, 'Wide Field', 'schmidt', 350, 1986);

INSERT INTO target VALUES
  (1, 'Andromeda', 'galaxy', 3.4),
  (2, 'Whirlpool', 'galaxy', 8.4),
  (3, 'Pleiades', 'cluster', 1.6),
  (4, 'Hercules', 'cluster', 5.8),
  (5, 'Ring', 'nebula', 8.8),
  (6, 'Orion', 'nebula', 4.0),
  (7, 'Dumbbell', 'nebula', 7.5);

INSERT INTO observation VALUES
  (1, 2, 1, '2025-11-03', 45, 1.8),
  (2, 3, 2, '2025-11-03', 120, 1.4),
  (3, 1, 3, '2025-11-04', 20, 2.6),
  (4, 5, 3, '2025-11-04', 35, 2.5),
  (5, 3, 5, '2025-11-09', 90, 1.1),
  (6, 2, 6, '2025-12-01', 60, NULL),
  (7, 3, 7, '2025-12-01', 75, 1.9),
  (8, 2, 4, '2025-12-02', 40, 2.2),
  (9, 5, 1, '2025-12-05', 50, 2.0),
  (10, 3, 1, '2025-12-05', 150, 1.2);
