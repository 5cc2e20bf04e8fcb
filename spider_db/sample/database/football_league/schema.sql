CREATE TABLE club (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  town TEXT,
  founded INTEGER
);
CREATE TABLE player (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  position TEXT,
  age INTEGER,
  club_id INTEGER REFERENCES club (id)
);
CREATE TABLE game (
  id INTEGER PRIMARY KEY,
  home_id INTEGER REFERENCES club (id),
  away_id INTEGER REFERENCES club (id),
  home_goals INTEGER,
  away_goals INTEGER,
  game_date DATE
);

INSERT INTO club VALUES
  (1, 'River Rovers', 'Aldmere', 1904),
  (2, 'Old Town Stars', 'Castlebay', 1931),
  (3, 'Northside', 'Aldmere', 1898),
  (4, 'Dock Athletic', 'Pinner Quay', 1919),
  (5, 'Meadow Park', 'Castlebay', 1957),
  (6, 'Forge Lane', 'Irondale', 1912);
INSERT INTO player VALUES
  (1, 'Timo Brandt', 'goalkeeper', 31, 1),
  (2, 'Sean Doyle', 'defender', 27, 1),
  (3, 'Luca Bassi', 'forward', 22, 1),
  (4, 'Kofi Mensah', 'midfielder', 29, 1),
  (5, 'Pedro Calado', 'goalkeeper', 24, 2),
  (6, 'Ivan Dukic', 'midfielder', 34, 2),
  (7, 'Jonas Friis', 'forward', 19, 2),
  (8, 'Amir Haddad', 'defender', 26, 3),
  (9, 'Marek Zeman', 'forward', 28, 3),
  (10, 'Owen Blythe', 'midfielder', 21, 4),
  (11, 'Rafa Molina', 'midfielder', 36, 5),
  (12, 'Dusan Vrba', 'goalkeeper', 38, 5),
  (13, 'Niall Burke', 'midfielder', 23, NULL),
  (14, 'Yann Leroy', 'forward', 25, 6);
INSERT INTO game VALUES
  (1, 1, 2, 2, 1, '2023-08-12'),
  (2, 3, 1, 0, 0, '2023-08-19'),
  (3, 2, 3, 4, 2, '2023-08-26'),
  (4, 4, 6, 1, 3, '2023-09-02'),
  (5, 1, 4, 3, 0, '2023-09-09'),
  (6, 6, 2, 2, 2, '2023-09-16'),
  (7, 3, 5, 1, 0, '2023-09-23'),
  (8, 6, 1, 0, 5, '2023-09-30'),
  (9, 4, 3, 1, 1, '2023-10-07'),
  (10, 1, 5, 6, 2, '2023-10-14');
