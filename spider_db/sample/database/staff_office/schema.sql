CREATE TABLE department (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  budget INTEGER,
  floor INTEGER
);
CREATE TABLE employee (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  salary INTEGER,
  hired DATE,
  department_id INTEGER REFERENCES department (id),
  manager_id INTEGER REFERENCES employee (id)
);
CREATE TABLE project (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  start_date DATE,
  end_date DATE
);
CREATE TABLE assignment (
  employee_id INTEGER REFERENCES employee (id),
  project_id INTEGER REFERENCES project (id),
  hours INTEGER,
  PRIMARY KEY (employee_id, project_id)
);

INSERT INTO department VALUES
  (1, 'Sales', 410000, 2),
  (2, 'Legal', 155000, 4),
  (3, 'Design', 230000, 3),
  (4, 'Support', 190000, 1),
  (5, 'Research', 520000, 3),
  (6, 'Archive', 60000, 0);
INSERT INTO employee VALUES
  (1, 'Vera Lang', 7400, '2006-03-01', 5, NULL),
  (2, 'Bastian Orth', 5200, '2011-09-12', 1, 1),
  (3, 'Celia Prat', 4850, '2014-01-20', 3, 1),
  (4, 'Dermot Kyle', 3100, '2019-06-03', 1, 2),
  (5, 'Elif Sahin', 3350, '2017-11-06', 1, 2),
  (6, 'Farid Nouri', 5600, '2009-04-27', 2, 1),
  (7, 'Gwen Parry', 2950, '2021-02-15', 4, 3),
  (8, 'Hugo Lenz', 4100, '2016-08-22', 5, 3),
  (9, 'Inga Solberg', 2700, '2022-10-10', 4, 5),
  (10, 'Jakub Maly', 3900, '2018-05-14', 3, 3),
  (11, 'Karin Beck', 4400, '2007-07-01', 5, 8),
  (12, 'Lena Fuchs', 3600, '2020-04-06', 3, 3);
INSERT INTO project VALUES
  (1, 'New Website', '2022-01-10', '2022-09-30'),
  (2, 'Price Study', '2022-04-04', '2022-07-15'),
  (3, 'Contract Review', '2022-11-01', NULL),
  (4, 'Help Desk', '2023-02-20', NULL),
  (5, 'Battery Test', '2021-05-17', '2023-01-31'),
  (6, 'Paper Scan', '2023-06-12', NULL),
  (7, 'Trade Fair', '2023-03-06', '2023-03-24');
INSERT INTO assignment VALUES
  (3, 1, 320),
  (10, 1, 410),
  (7, 1, 55),
  (2, 2, 85),
  (5, 2, 140),
  (6, 3, 60),
  (2, 3, 25),
  (7, 4, 200),
  (9, 4, 260),
  (1, 5, 150),
  (8, 5, 505),
  (11, 5, 470),
  (11, 6, 90),
  (4, 7, 48),
  (5, 7, 64),
  (10, 7, 36);
