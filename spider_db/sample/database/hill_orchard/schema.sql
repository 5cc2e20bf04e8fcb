CREATE TABLE grower (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  village TEXT
);
CREATE TABLE field (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  area REAL,
  grower_id INTEGER REFERENCES grower (id)
);
CREATE TABLE harvest (
  id INTEGER PRIMARY KEY,
  field_id INTEGER REFERENCES field (id),
  fruit TEXT,
  year INTEGER,
  weight INTEGER
);

INSERT INTO grower VALUES
  (1, 'Anselm Kray', 'Upper Dell'),
  (2, 'Bridget Yew', 'Millford'),
  (3, 'Cato Lamm', 'Upper Dell'),
  (4, 'Delia Frost', 'Hartsea'),
  (5, 'Ewan Birch', 'Millford'),
  (6, 'Flora Senn', 'Upper Dell'),
  (7, 'Gus Tolland', 'Hartsea');
INSERT INTO field VALUES
  (1, 'South Slope', 3.5, 1),
  (2, 'Church Field', 1.8, 2),
  (3, 'Long Acre', 6.2, 3),
  (4, 'Brook End', 2.4, 3),
  (5, 'Windy Top', 4.9, 4),
  (6, 'Old Wall', 1.2, 5),
  (7, 'Fox Corner', 8.4, 1),
  (8, 'Mill Patch', 2.9, 3);
INSERT INTO harvest VALUES
  (1, 1, 'apple', 2021, 820),
  (2, 1, 'apple', 2022, 910),
  (3, 2, 'pear', 2021, 340),
  (4, 3, 'apple', 2021, 1500),
  (5, 3, 'plum', 2022, 660),
  (6, 3, 'apple', 2023, 1720),
  (7, 4, 'cherry', 2022, 210),
  (8, 5, 'pear', 2022, 1130),
  (9, 5, 'pear', 2023, 980),
  (10, 6, 'cherry', 2023, 125),
  (11, 7, 'plum', 2021, 590),
  (12, 7, 'apple', 2023, 1340),
  (13, 3, 'plum', 2023, NULL),
  (14, 2, 'pear', 2023, 405);
