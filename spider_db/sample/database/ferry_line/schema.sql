CREATE TABLE ferry (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  capacity INTEGER,
  built INTEGER
);
CREATE TABLE port (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  island TEXT
);
CREATE TABLE trip (
  id INTEGER PRIMARY KEY,
  ferry_id INTEGER REFERENCES ferry (id),
  port_id INTEGER REFERENCES port (id),
  trip_date DATE,
  passengers INTEGER
);

INSERT INTO ferry VALUES
  (1, 'Sea Heron', 320, 1994),
  (2, 'Blue Petrel', 180, 2007),
  (3, 'Old Marlin', 95, 1978),
  (4, 'North Wind', 410, 2015),
  (5, 'Silver Tern', 240, 2001),
  (6, 'Grey Seal', 150, 1989),
  (7, 'Island Rose', 275, 2019),
  (8, 'Little Auk', 60, 1983);
INSERT INTO port VALUES
  (1, 'Skarvik', 'Tern Island'),
  (2, 'Eastmouth', 'Mainland'),
  (3, 'Kelp Bay', 'Tern Island'),
  (4, 'Sandhaven', 'Drum Island'),
  (5, 'Gullpoint', 'Drum Island'),
  (6, 'Westholm', 'Mainland'),
  (7, 'Rockness', 'Tern Island');
INSERT INTO trip VALUES
  (1, 1, 1, '2024-05-02', 210),
  (2, 1, 2, '2024-05-09', 305),
  (3, 2, 3, '2024-05-03', 96),
  (4, 4, 2, '2024-05-04', 388),
  (5, 4, 6, '2024-05-11', 402),
  (6, 4, 1, '2024-06-01', 267),
  (7, 5, 4, '2024-05-06', 188),
  (8, 5, 1, '2024-06-08', 231),
  (9, 6, 5, '2024-06-02', NULL),
  (10, 7, 6, '2024-06-03', 250),
  (11, 7, 1, '2024-06-10', 199),
  (12, 3, 4, '2024-06-15', 74),
  (13, 1, 3, '2024-06-20', 310),
  (14, 1, 1, '2024-06-22', 144);
