CREATE TABLE host (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  age INTEGER
);
CREATE TABLE show (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  genre TEXT,
  minutes INTEGER,
  host_id INTEGER REFERENCES host (id)
);
CREATE TABLE episode (
  id INTEGER PRIMARY KEY,
  show_id INTEGER REFERENCES show (id),
  air_date DATE,
  listeners INTEGER
);

INSERT INTO host VALUES
  (1, 'Clara Webb', 44),
  (2, 'Dev Rana', 31),
  (3, 'Ulla Stern', 58),
  (4, 'Niko Lazar', 27),
  (5, 'Grace Boyd', 39),
  (6, 'Amir Tal', 49),
  (7, 'Petra Holz', 35);
INSERT INTO show VALUES
  (1, 'Dawn Notes', 'music', 60, 1),
  (2, 'City Talk', 'news', 45, 3),
  (3, 'Jazz Cellar', 'music', 90, 1),
  (4, 'Book Hour', 'culture', 55, 5),
  (5, 'Match Report', 'sport', 30, 4),
  (6, 'Late Vinyl', 'music', 120, 6),
  (7, 'Farm Week', 'news', 25, 3),
  (8, 'Stage Door', 'culture', 40, 1);
INSERT INTO episode VALUES
  (1, 1, '2024-01-08', 5200),
  (2, 1, '2024-01-15', 4800),
  (3, 2, '2024-01-09', 7100),
  (4, 2, '2024-01-16', 6650),
  (5, 2, '2024-01-23', 8020),
  (6, 3, '2024-01-12', 2900),
  (7, 4, '2024-01-13', 1750),
  (8, 5, '2024-01-14', 6100),
  (9, 5, '2024-01-21', NULL),
  (10, 7, '2024-01-10', 2300),
  (11, 1, '2024-01-22', 5450),
  (12, 2, '2024-01-30', 7400),
  (13, 8, '2024-01-18', 1320),
  (14, 4, '2024-01-27', 1980);
