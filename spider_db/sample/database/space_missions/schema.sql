CREATE TABLE agency (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT
);
CREATE TABLE rocket (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  height REAL,
  agency_id INTEGER REFERENCES agency (id)
);
CREATE TABLE mission (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  target TEXT,
  launch_date DATE,
  cost INTEGER,
  rocket_id INTEGER REFERENCES rocket (id)
);
CREATE TABLE astronaut (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  birth_year INTEGER,
  agency_id INTEGER REFERENCES agency (id)
);
CREATE TABLE crew (
  id INTEGER PRIMARY KEY,
  mission_id INTEGER REFERENCES mission (id),
  astronaut_id INTEGER REFERENCES astronaut (id),
  role TEXT
);

INSERT INTO agency VALUES
  (1, 'Nordic Space', 'Norway'),
  (2, 'Orbital Lima', 'Peru'),
  (3, 'Skyward', 'Canada'),
  (4, 'Maple Orbit', 'Canada'),
  (5, 'Delta Launch', 'Egypt'),
  (6, 'Pacific Rockets', 'New Zealand');
INSERT INTO rocket VALUES
  (1, 'Frost', 48.5, 1),
  (2, 'Condor', 62.0, 2),
  (3, 'Beaver', 39.8, 3),
  (4, 'Grizzly', 88.2, 3),
  (5, 'Ibis', 54.1, 5),
  (6, 'Kea', 18.3, 6),
  (7, 'Moa', 70.6, 6);
INSERT INTO mission VALUES
  (1, 'Aurora 1', 'orbit', '2008-02-19', 140, 1),
  (2, 'Aurora 2', 'orbit', '2011-10-03', 165, 1),
  (3, 'Quilla', 'moon', '2014-07-28', 620, 2),
  (4, 'Long Winter', 'mars', '2018-12-05', 1900, 4),
  (5, 'Harvest', 'orbit', '2012-05-14', 95, 3),
  (6, 'Scarab', 'moon', '2019-03-22', 580, 5),
  (7, 'Lotus', 'orbit', '2016-09-09', 130, 5),
  (8, 'Tui', 'orbit', '2021-06-30', 40, 6),
  (9, 'Red Tide', 'mars', '2023-01-17', NULL, 7),
  (10, 'Night Watch', 'moon', '2022-08-11', 710, 4),
  (11, 'Scarab 2', 'asteroid', '2023-11-26', 455, 5);
INSERT INTO astronaut VALUES
  (1, 'Solveig Dahl', 1974, 1),
  (2, 'Rosa Huaman', 1980, 2),
  (3, 'Luc Gagnon', 1969, 3),
  (4, 'Mina Farag', 1985, 5),
  (5, 'Aroha Parata', 1990, 6),
  (6, 'Ethan Roy', 1978, 4),
  (7, 'Ola Berge', 1966, 1),
  (8, 'Diego Salas', 1983, 2);
INSERT INTO crew VALUES
  (1, 1, 1, 'pilot'),
  (2, 1, 7, 'commander'),
  (3, 2, 1, 'commander'),
  (4, 3, 2, 'pilot'),
  (5, 3, 3, 'commander'),
  (6, 5, 3, 'pilot'),
  (7, 6, 4, 'commander'),
  (8, 6, 2, 'engineer'),
  (9, 7, 4, 'pilot'),
  (10, 10, 3, 'commander'),
  (11, 10, 5, 'pilot'),
  (12, 10, 4, 'engineer'),
  (13, 11, 4, 'commander'),
  (14, 10, 1, 'engineer');
