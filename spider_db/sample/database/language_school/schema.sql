CREATE TABLE teacher (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  age INTEGER
);
CREATE TABLE course (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  language TEXT,
  hours INTEGER,
  teacher_id INTEGER REFERENCES teacher (id)
);
CREATE TABLE student (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT,
  age INTEGER
);
CREATE TABLE enrolment (
  id INTEGER PRIMARY KEY,
  student_id INTEGER REFERENCES student (id),
  course_id INTEGER REFERENCES course (id),
  grade INTEGER
);
CREATE TABLE payment (
  id INTEGER PRIMARY KEY,
  student_id INTEGER REFERENCES student (id),
  amount REAL,
  pay_date DATE
);

INSERT INTO teacher VALUES
  (1, 'Ivana Marek', 48),
  (2, 'Jorge Luna', 36),
  (3, 'Keiko Abe', 41),
  (4, 'Louis Petit', 59),
  (5, 'Maeve Quinn', 30),
  (6, 'Nadia Omar', 27),
  (7, 'Olaf Tveit', 53);
INSERT INTO course VALUES
  (1, 'Spanish One', 'Spanish', 40, 2),
  (2, 'Spanish Two', 'Spanish', 60, 2),
  (3, 'French Talk', 'French', 30, 4),
  (4, 'Japanese Kana', 'Japanese', 24, 3),
  (5, 'Czech Start', 'Czech', 36, 1),
  (6, 'Spanish Films', 'Spanish', 18, 5),
  (7, 'French Novels', 'French', 45, 4),
  (8, 'Travel Japanese', 'Japanese', 20, 3),
  (9, 'Spanish Songs', 'Spanish', 16, 2);
INSERT INTO student VALUES
  (1, 'Aron Weiss', 'Germany', 24),
  (2, 'Beth Carver', 'Canada', 31),
  (3, 'Chen Yu', 'China', 19),
  (4, 'Dalia Nasser', 'Egypt', 42),
  (5, 'Emil Roth', 'Germany', 37),
  (6, 'Faye Nolan', 'Ireland', 28),
  (7, 'Gustav Holm', 'Germany', 55),
  (8, 'Hui Lin', 'China', 22),
  (9, 'Isla Munn', 'Canada', NULL);
INSERT INTO enrolment VALUES
  (1, 1, 1, 78),
  (2, 1, 2, 84),
  (3, 2, 3, 91),
  (4, 3, 4, 65),
  (5, 3, 8, 72),
  (6, 3, 1, 88),
  (7, 4, 5, 59),
  (8, 5, 1, 70),
  (9, 6, 7, 95),
  (10, 6, 3, 82),
  (11, 7, 6, NULL),
  (12, 8, 4, 77),
  (13, 3, 6, 81),
  (14, 2, 1, 69);
INSERT INTO payment VALUES
  (1, 1, 120.0, '2024-01-10'),
  (2, 1, 180.0, '2024-02-14'),
  (3, 2, 90.5, '2024-01-22'),
  (4, 3, 72.0, '2024-01-30'),
  (5, 3, 260.0, '2024-03-05'),
  (6, 4, 108.0, '2024-02-02'),
  (7, 5, 125.0, '2024-02-19'),
  (8, 6, 325.0, '2024-03-12'),
  (9, 8, 60.0, '2024-03-20'),
  (10, 7, 54.0, '2024-04-01');
