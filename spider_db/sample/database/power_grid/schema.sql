CREATE TABLE region (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  people INTEGER
);
CREATE TABLE generator (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  fuel TEXT,
  capacity INTEGER,
  opened INTEGER,
  region_id INTEGER REFERENCES region (id)
);
CREATE TABLE outage (
  id INTEGER PRIMARY KEY,
  generator_id INTEGER REFERENCES generator (id),
  cause TEXT,
  start_date DATE,
  hours REAL
);
CREATE TABLE cable (
  id INTEGER PRIMARY KEY,
  from_region_id INTEGER REFERENCES region (id),
  to_region_id INTEGER REFERENCES region (id),
  length REAL,
  built INTEGER
);

INSERT INTO region VALUES
  (1, 'Westmark', 840000),
  (2, 'High Moor', 120000),
  (3, 'Delta', 1950000),
  (4, 'Lakeland', 460000),
  (5, 'Southport', 1210000),
  (6, 'Outer Isles', 35000);
INSERT INTO generator VALUES
  (1, 'Kestrel Ridge', 'wind', 180, 2012, 2),
  (2, 'Black Weir', 'water', 95, 1958, 4),
  (3, 'Harlan', 'gas', 640, 1996, 3),
  (4, 'Sunfield', 'solar', 110, 2018, 5),
  (5, 'Cobalt Bay', 'gas', 720, 2003, 5),
  (6, 'Moor Top', 'wind', 65, 2009, 2),
  (7, 'Stone Dam', 'water', 310, 1971, 4),
  (8, 'Old Harlan', 'coal', 450, 1964, 3),
  (9, 'Island Breeze', 'wind', 24, 2020, 6),
  (10, 'Delta Solar', 'solar', 150, 2021, 3);
INSERT INTO outage VALUES
  (1, 3, 'repair', '2022-03-14', 36.0),
  (2, 3, 'storm', '2022-11-02', 9.5),
  (3, 1, 'storm', '2022-11-03', 52.0),
  (4, 8, 'fire', '2023-01-19', 310.0),
  (5, 5, 'repair', '2023-04-10', 120.0),
  (6, 9, 'storm', '2023-09-27', 18.5),
  (7, 2, 'flood', '2023-12-06', NULL),
  (8, 8, 'repair', '2024-02-12', 75.0),
  (9, 3, 'repair', '2024-05-21', 24.0),
  (10, 1, 'ice', '2024-01-08', 14.0),
  (11, 5, 'storm', '2024-06-05', 6.0);
INSERT INTO cable VALUES
  (1, 1, 3, 84.0, 1988),
  (2, 3, 5, 132.5, 1999),
  (3, 2, 4, 41.0, 1975),
  (4, 4, 1, 67.3, 1983),
  (5, 5, 6, 29.8, 2015),
  (6, 2, 1, 58.6, 2011),
  (7, 3, 4, 105.2, 2006);
