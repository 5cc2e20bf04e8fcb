CREATE TABLE trainer (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  age INTEGER,
  salary INTEGER
);
CREATE TABLE course (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  level TEXT,
  seats INTEGER,
  trainer_id INTEGER REFERENCES trainer (id)
);
CREATE TABLE client (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  age INTEGER
);
CREATE TABLE signup (
  id INTEGER PRIMARY KEY,
  client_id INTEGER REFERENCES client (id),
  course_id INTEGER REFERENCES course (id)
);

INSERT INTO trainer VALUES
  (1, 'Rosa Vidal', 41, 2900),
  (2, 'Kofi Mensah', 33, 2600),
  (3, 'Nils Berg', 52, 3300),
  (4, 'Tara Singh', 28, 2350),
  (5, 'Leo Duval', 37, 2750),
  (6, 'Ana Sousa', 46, 3100),
  (7, 'Ben Archer', 25, 2200);
INSERT INTO course VALUES
  (1, 'Morning Yoga', 'beginner', 20, 1),
  (2, 'Power Row', 'advanced', 12, 2),
  (3, 'Core Basics', 'beginner', 25, 2),
  (4, 'Boxing Drill', 'advanced', 14, 3),
  (5, 'Spin Class', 'middle', 18, 4),
  (6, 'Water Moves', 'beginner', 16, 6),
  (7, 'Deep Stretch', 'middle', 22, 1),
  (8, 'Iron Circuit', 'advanced', 10, 3),
  (9, 'Night Run', 'beginner', 30, 1);
INSERT INTO client VALUES
  (1, 'Dana Cole', 29),
  (2, 'Erik Ness', 45),
  (3, 'Fumi Ito', 22),
  (4, 'Gina Rossi', 61),
  (5, 'Hal Stone', 38),
  (6, 'Ines Cruz', 54),
  (7, 'Jiri Novak', 33),
  (8, 'Kemi Ade', 19),
  (9, 'Luis Pena', NULL);
INSERT INTO signup VALUES
  (1, 1, 1),
  (2, 1, 7),
  (3, 2, 4),
  (4, 3, 1),
  (5, 3, 3),
  (6, 3, 5),
  (7, 4, 6),
  (8, 5, 2),
  (9, 5, 8),
  (10, 7, 1),
  (11, 7, 9),
  (12, 8, 3),
  (13, 6, 6);
