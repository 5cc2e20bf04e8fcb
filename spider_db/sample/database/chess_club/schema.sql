CREATE TABLE player (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT,
  rating INTEGER
);
CREATE TABLE tournament (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  city TEXT,
  prize INTEGER
);
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  player_id INTEGER REFERENCES player (id),
  tournament_id INTEGER REFERENCES tournament (id),
  points REAL
);

INSERT INTO player VALUES
  (1, 'Irina Volkova', 'Latvia', 2495),
  (2, 'Mateo Ruiz', 'Chile', 2105),
  (3, 'Oskar Lehn', 'Norway', 2480),
  (4, 'Aiko Mori', 'Japan', 2210),
  (5, 'Pedro Lagos', 'Chile', 1985),
  (6, 'Signe Dahl', 'Norway', 2260),
  (7, 'Rui Matos', 'Portugal', 2055),
  (8, 'Hana Sato', 'Japan', 1890),
  (9, 'Lars Moen', 'Norway', NULL);
INSERT INTO tournament VALUES
  (1, 'Spring Open', 'Riga', 1500),
  (2, 'Harbour Cup', 'Bergen', 2500),
  (3, 'Winter Masters', 'Riga', 5000),
  (4, 'Andes Rapid', 'Santiago', 1200),
  (5, 'Castle Blitz', 'Lisbon', 800),
  (6, 'Bridge Classic', 'Bergen', 3200),
  (7, 'Autumn League', 'Osaka', 1000);
INSERT INTO entry VALUES
  (1, 1, 1, 5.5),
  (2, 3, 1, 4.0),
  (3, 3, 2, 3.0),
  (4, 6, 2, 6.5),
  (5, 2, 4, 5.0),
  (6, 5, 4, 4.5),
  (7, 3, 3, 8.5),
  (8, 1, 3, 7.5),
  (9, 4, 3, 6.0),
  (10, 7, 5, 3.5),
  (11, 6, 6, 4.0),
  (12, 3, 6, 2.5),
  (13, 4, 1, 3.0),
  (14, 1, 6, 6.5),
  (15, 2, 3, 2.5);
